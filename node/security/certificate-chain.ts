import type { X509Certificate } from 'node:crypto';
import { BASIC_CONSTRAINTS, extensionsOf, pathLengthOf } from './certificate-extensions.ts';
import { INTERMEDIATES_MAX } from './limits.ts';

const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const CERTIFICATE_POLICIES = '2.5.29.32';

/** Extensions that are looked at here, or that allow nothing; a critical one besides these must not be passed over. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  BASIC_CONSTRAINTS,
  KEY_USAGE,
  EXTENDED_KEY_USAGE,
  SUBJECT_ALTERNATIVE_NAME,
  CERTIFICATE_POLICIES,
]);

const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const ANY_PURPOSE = '2.5.29.37.0';

/** A certificate that a peer showed, and what it showed with it. */
export interface PresentedCertificate {
  readonly certificate: X509Certificate;
  readonly intermediates: readonly X509Certificate[];
}

/**
 * Why a client's certificate does not lead to one of the authorities, or null when it does: every signature, the dates,
 * the purpose, and the right of each authority to sign (RFC 5280 §6, without revocation lists; name constraints are
 * refused instead of weighed). TLS itself can't be asked: it would tell clients to offer certificates of these
 * authorities only, and those that are registered one by one come from anywhere.
 */
export function chainFault(
  { certificate, intermediates }: PresentedCertificate,
  authorities: readonly X509Certificate[],
  nowMs: number,
): string | null {
  if (authorities.length === 0) return 'no certificate authority is trusted';
  const purposes: readonly string[] | undefined = certificate.keyUsage;
  if (purposes !== undefined && !purposes.some((purpose) => isForClients(purpose))) {
    return 'it is not made for clients: its extended key usage lacks clientAuth';
  }
  let current = certificate;
  for (let between = 0; between <= INTERMEDIATES_MAX; between++) {
    const fault = ownFault(current, nowMs);
    if (fault !== null) return fault;
    const anchor = authorities.find((authority) => hasSigned(authority, current));
    if (anchor !== undefined) return ownFault(anchor, nowMs) ?? signingFault(anchor, between);
    const next = intermediates.find((candidate) => hasSigned(candidate, current));
    if (next === undefined) return `none of the trusted authorities has signed it, nor ${nameOf(current)}`;
    const right = signingFault(next, between);
    if (right !== null) return right;
    current = next;
  }
  return `more than ${INTERMEDIATES_MAX} certificates stand between it and an authority`;
}

function isForClients(purpose: string): boolean {
  return purpose === CLIENT_AUTHENTICATION || purpose === ANY_PURPOSE;
}

/** The names match, the key usage of the issuer allows it, and the signature is right. */
function hasSigned(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function ownFault(certificate: X509Certificate, nowMs: number): string | null {
  if (nowMs < certificate.validFromDate.getTime()) return `${nameOf(certificate)} is not valid yet`;
  if (nowMs > certificate.validToDate.getTime()) return `${nameOf(certificate)} has expired`;
  const strange = extensionsOf(certificate).find(({ oid, isCritical }) => isCritical && !UNDERSTOOD.has(oid));
  if (strange === undefined) return null;
  return `${nameOf(certificate)} has the critical extension ${strange.oid}, which this node does not weigh`;
}

/** `between`: authorities that stand below this one already. */
function signingFault(authority: X509Certificate, between: number): string | null {
  const most = pathLengthOf(extensionsOf(authority));
  if (most === null || between <= most) return null;
  return `${nameOf(authority)} allows ${most} authorities below it, not ${between}`;
}

function nameOf(certificate: X509Certificate): string {
  return `'${certificate.subject.replaceAll('\n', ', ')}'`;
}
