import type { CertificateDefinition, KnownCertificates } from './certificate-definition.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import type { DatabaseAccess, SecurityClearance } from './clearance.ts';

/** Organisational units by which certificates of the cluster's own authority say what they are for. */
export const NODE_UNIT = 'ravencluster-node';
export const OPERATOR_UNIT = 'ravencluster-operator';
export const METRICS_UNIT = 'ravencluster-metrics';

/** Who is at the other end of a connection, and what it is trusted with. */
export interface Identity {
  readonly clearance: SecurityClearance;
  /** Database name in lower case → access, for a valid user. */
  readonly access: ReadonlyMap<string, DatabaseAccess>;
  /** How messages call it. */
  readonly name: string;
  /** Why it is trusted with nothing; null when it is trusted with something. */
  readonly fault: string | null;
  /** What it is registered as; null when it is known by something else. */
  readonly definition: CertificateDefinition | null;
}

/** What a certificate is held against. */
export interface Acquaintances {
  /** The certificate of this node. */
  readonly server: CertificateFacts;
  readonly wellKnownAdmins: ReadonlySet<string>;
  readonly known: KnownCertificates;
  /** Why the certificate does not lead to a trusted authority; null when it does. */
  readonly chainFault: () => string | null;
  /** It leads to an authority whose certificates all are administrators. */
  readonly isFromWellKnownIssuer: () => boolean;
}

const NO_ACCESS: ReadonlyMap<string, DatabaseAccess> = new Map();

/** TLS has proven that the peer holds the key of `certificate`; null: it showed none. */
export function identify(
  certificate: CertificateFacts | null,
  acquaintances: Acquaintances,
  nowMs: number,
): Identity {
  if (certificate === null) {
    return nobody(
      'a client without a certificate',
      'This server asks for a client certificate, and none was sent.',
    );
  }
  const name = `certificate '${certificate.subject}' (thumbprint ${certificate.thumbprint})`;
  const fault = dateFault(certificate, nowMs);
  if (fault !== null) return nobody(name, `The ${name} ${fault}.`);
  const { server, wellKnownAdmins, known, chainFault, isFromWellKnownIssuer } = acquaintances;
  const trusted = (clearance: SecurityClearance): Identity => ({
    clearance,
    access: NO_ACCESS,
    name,
    fault: null,
    definition: null,
  });
  // RavenDB's rule for nodes: one certificate for all of them, or its successor.
  if (certificate.sha256 === server.sha256 || isRenewalOf(certificate, server)) return trusted('ClusterNode');
  if (wellKnownAdmins.has(certificate.thumbprint)) return trusted('ClusterAdmin');
  // What the files of this node say comes before what is registered: else an operator could demote an administrator.
  const fromUnit = clearanceOfUnit(certificate);
  const unitFault = fromUnit === null ? null : chainFault();
  if (fromUnit !== null && unitFault === null) return trusted(fromUnit);
  if (isFromWellKnownIssuer()) return trusted('ClusterAdmin');
  const registered =
    known.find(certificate.thumbprint) ??
    known.findSameKey(certificate.publicKeyPinningHash, certificate.issuer);
  if (registered !== undefined) return registeredAs(registered.definition, name);
  const why = unitFault === null ? '' : ` It says that it is the cluster's own, but ${unitFault}.`;
  return nobody(
    name,
    `The ${name} is not known to this cluster; an administrator can register it by PUT /admin/certificates.${why}`,
  );
}

/** The same key, certified again by the same authority. */
function isRenewalOf(certificate: CertificateFacts, before: CertificateFacts): boolean {
  return (
    certificate.publicKeyPinningHash === before.publicKeyPinningHash && certificate.issuer === before.issuer
  );
}

function dateFault({ notBefore, notAfter }: CertificateFacts, nowMs: number): string | null {
  if (nowMs < notBefore.getTime()) return `is not valid before ${notBefore.toISOString()}`;
  return nowMs > notAfter.getTime() ? `has expired at ${notAfter.toISOString()}` : null;
}

function clearanceOfUnit({ organizationalUnits }: CertificateFacts): SecurityClearance | null {
  if (organizationalUnits.includes(NODE_UNIT)) return 'ClusterNode';
  if (organizationalUnits.includes(OPERATOR_UNIT)) return 'ClusterAdmin';
  // A user without any database: it sees what everybody may see who has a certificate, such as the metrics.
  return organizationalUnits.includes(METRICS_UNIT) ? 'ValidUser' : null;
}

function registeredAs(definition: CertificateDefinition, name: string): Identity {
  const { SecurityClearance: clearance, Permissions } = definition;
  if (clearance === 'UnauthenticatedClients') {
    return nobody(name, `The ${name} is registered as '${definition.Name}' without any clearance.`);
  }
  const access = new Map(
    Object.entries(Permissions).map(([database, granted]) => [database.toLowerCase(), granted] as const),
  );
  return { clearance, access, name, fault: null, definition };
}

function nobody(name: string, fault: string): Identity {
  return { clearance: 'UnauthenticatedClients', access: NO_ACCESS, name, fault, definition: null };
}
