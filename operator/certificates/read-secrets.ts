import { API_GROUP } from '../api/api-group.ts';
import type { CertificateFacts, FoundAuthority, FoundLeaf } from './certificate-facts.ts';
import type { AuthoritySecret, Publication } from './certificate-input.ts';
import {
  CertificateFormatError,
  describeCertificates,
  findAuthority,
  isKeyOf,
} from './describe-certificate.ts';
import { CLOCK_DIFFERENCE_MS } from './limits.ts';
import { PrivateKey } from './private-key.ts';
import { SECRET_KEYS, type SecretObject, secretText } from './secret-object.ts';

/** Annotation on `<cluster>-ca`: the last wish for a new authority that was granted. */
export const HANDLED_REQUEST_ANNOTATION = `${API_GROUP}/rotate-ca-handled`;

/** Annotations on what is published: since when it holds the newest authority, and a certificate of the one it has. */
export const TRUST_SINCE_ANNOTATION = `${API_GROUP}/trust-since`;
export const AUTHORITY_SINCE_ANNOTATION = `${API_GROUP}/authority-since`;

/**
 * The operator's authority. What can't be read counts as not there: whoever broke it, the cluster goes on with what is
 * published, and a new authority comes in beside it.
 */
export function readAuthoritySecret(secret: SecretObject | undefined): AuthoritySecret | undefined {
  const { trust, authorityKey, nextAuthority, nextAuthorityKey } = SECRET_KEYS;
  const current = readAuthority(secret, trust, authorityKey);
  const next = readAuthority(secret, nextAuthority, nextAuthorityKey);
  if (current === undefined) return undefined;
  const handledRequest = secret?.metadata.annotations?.[HANDLED_REQUEST_ANNOTATION];
  return {
    current,
    ...(next === undefined ? {} : { next }),
    ...(handledRequest === undefined ? {} : { handledRequest }),
  };
}

/** Certificates that vouch for others, in every one of the Secrets. */
export function knownAuthorities(
  secrets: readonly (SecretObject | undefined)[],
): readonly CertificateFacts[] {
  const { trust, nextAuthority } = SECRET_KEYS;
  const all = secrets.flatMap((secret) => [...readTrust(secret, trust), ...readTrust(secret, nextAuthority)]);
  return [...new Map(all.map((authority) => [authority.sha256, authority])).values()];
}

/** @param known authorities that its certificate may be of */
export function readPublication(
  secret: SecretObject | undefined,
  known: readonly CertificateFacts[],
  nowMs: number,
): Publication | undefined {
  if (secret === undefined) return undefined;
  const leaf = tolerant(() => readLeaf(secret, SECRET_KEYS.certificate, SECRET_KEYS.key, known));
  const trustSinceMs = timeOf(secret, TRUST_SINCE_ANNOTATION, nowMs);
  const authoritySinceMs = timeOf(secret, AUTHORITY_SINCE_ANNOTATION, nowMs);
  return {
    ...(leaf === undefined ? {} : { leaf }),
    trust: readTrust(secret, SECRET_KEYS.trust),
    ...(trustSinceMs === undefined ? {} : { trustSinceMs }),
    ...(authoritySinceMs === undefined ? {} : { authoritySinceMs }),
  };
}

/**
 * A certificate with what leads to its authority, and its key.
 *
 * @returns `undefined` when neither of the two keys is there
 * @throws CertificateFormatError that says which key of the Secret is wrong, and how
 */
export function readLeaf(
  secret: SecretObject,
  certificateKey: string,
  keyKey: string,
  authorities: readonly CertificateFacts[],
): FoundLeaf | undefined {
  const chain = secretText(secret, certificateKey);
  const keyPem = secretText(secret, keyKey);
  if (chain === undefined && keyPem === undefined) return undefined;
  if (chain === undefined || keyPem === undefined) {
    throw new CertificateFormatError(`${chain === undefined ? certificateKey : keyKey} is missing`);
  }
  const certificates = named(certificateKey, () => describeCertificates(chain));
  const [certificate] = certificates;
  if (certificate === undefined) throw new CertificateFormatError(`${certificateKey} holds no certificate`);
  if (!named(keyKey, () => isKeyOf(keyPem, certificate))) {
    throw new CertificateFormatError(`${keyKey} is not the key of the certificate in ${certificateKey}`);
  }
  const authority = findAuthority(certificates, authorities)?.sha256;
  return {
    certificate,
    chain,
    key: new PrivateKey(keyPem),
    ...(authority === undefined ? {} : { authority }),
  };
}

function readAuthority(
  secret: SecretObject | undefined,
  certificateKey: string,
  keyKey: string,
): FoundAuthority | undefined {
  const [certificate] = readTrust(secret, certificateKey);
  if (certificate === undefined) return undefined;
  const keyPem = secretText(secret, keyKey);
  const fits = keyPem !== undefined && tolerant(() => isKeyOf(keyPem, certificate)) === true;
  return { certificate, ...(fits ? { key: new PrivateKey(keyPem) } : {}) };
}

function readTrust(secret: SecretObject | undefined, key: string): readonly CertificateFacts[] {
  const bundle = secretText(secret, key);
  const certificates = bundle === undefined ? [] : (tolerant(() => describeCertificates(bundle)) ?? []);
  return certificates.filter(({ isAuthority }) => isAuthority);
}

/** A time of ours in an annotation. One in the future is from a clock that was wrong, and says nothing. */
function timeOf(secret: SecretObject, annotation: string, nowMs: number): number | undefined {
  const ms = Date.parse(secret.metadata.annotations?.[annotation] ?? '');
  return Number.isNaN(ms) || ms > nowMs + CLOCK_DIFFERENCE_MS ? undefined : ms;
}

function tolerant<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // Content that somebody broke is as good as none; everything else is a fault of ours.
    if (error instanceof CertificateFormatError) return undefined;
    throw error;
  }
}

function named<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CertificateFormatError) throw new CertificateFormatError(`${key} ${error.message}`);
    throw error;
  }
}
