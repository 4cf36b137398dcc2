import { type CertificateFacts, type FoundLeaf, UNITS } from './certificate-facts.ts';
import type { SuppliedCertificates, Supply, SupplyProblem } from './certificate-input.ts';
import { CertificateFormatError, describeCertificates } from './describe-certificate.ts';
import { readLeaf } from './read-secrets.ts';
import { SECRET_KEYS, type SecretObject, secretText } from './secret-object.ts';
import { coversHost } from './wanted-names.ts';

/** What certificates from elsewhere must be good for. */
export interface Demands {
  readonly nowMs: number;
  /** Hosts by which the nodes call each other. */
  readonly hosts: readonly string[];
  /** What to say of a Secret that is not as it must be. */
  readonly reason: SupplyProblem['reason'];
}

const { certificate: CERTIFICATE, key: KEY, trust: TRUST } = SECRET_KEYS;

/** Where the certificate of a client is: which Secret, and under which keys. */
export interface ClientPlace {
  readonly secret: SecretObject | undefined;
  readonly certificateKey: string;
  readonly keyKey: string;
}

/**
 * Certificates from Secrets that somebody else keeps. Whatever is wrong with them is found here, so that nodes never
 * get to see it: they go on with what they have.
 *
 * @param name of the Secret with the certificate of the nodes, for messages
 */
export function readSupply(
  name: string,
  secret: SecretObject | undefined,
  clients: { readonly operator: ClientPlace; readonly metrics: ClientPlace },
  demands: Demands,
): Supply {
  const problem = (message: string): Supply => ({ problem: { reason: demands.reason, message } });
  if (secret === undefined) return problem(`Secret ${name} does not exist`);
  try {
    const trust = readBundle(secret);
    const leaf = demand(readLeaf(secret, CERTIFICATE, KEY, trust), CERTIFICATE, demands);
    checkServer(leaf.certificate, demands.hosts);
    checkAuthority(leaf, trust, demands);
    const operator = readClient(clients.operator, trust, demands);
    const metrics = readClient(clients.metrics, trust, demands);
    return {
      certificates: { leaf, trust, ...operatorOf(operator), ...metricsOf(metrics), ...remarkOn(leaf) },
    };
  } catch (error) {
    if (error instanceof CertificateFormatError) return problem(`Secret ${name}: ${error.message}`);
    throw error;
  }
}

function readBundle(secret: SecretObject): readonly CertificateFacts[] {
  const bundle = secretText(secret, TRUST);
  if (bundle === undefined) {
    throw new CertificateFormatError(
      `${TRUST} is missing: it must hold the authorities that nodes and clients are to trust`,
    );
  }
  const trust = describeCertificates(bundle).filter(({ isAuthority }) => isAuthority);
  if (trust.length === 0) throw new CertificateFormatError(`${TRUST} holds no certificate authority`);
  return trust;
}

function readClient(
  { secret, certificateKey, keyKey }: ClientPlace,
  trust: readonly CertificateFacts[],
  demands: Demands,
): FoundLeaf | undefined {
  const leaf = secret === undefined ? undefined : readLeaf(secret, certificateKey, keyKey, trust);
  return leaf === undefined ? undefined : demand(leaf, certificateKey, demands);
}

function demand(leaf: FoundLeaf | undefined, key: string, { nowMs }: Demands): FoundLeaf {
  if (leaf === undefined) throw new CertificateFormatError(`${key} and its key are missing`);
  const { notBeforeMs, notAfterMs, forClients } = leaf.certificate;
  if (leaf.authority === undefined) {
    throw new CertificateFormatError(`the certificate in ${key} is of none of the authorities in ${TRUST}`);
  }
  if (notBeforeMs > nowMs) {
    throw new CertificateFormatError(
      `the certificate in ${key} is not valid before ${new Date(notBeforeMs).toISOString()}: nodes refuse it until then`,
    );
  }
  if (notAfterMs <= nowMs) {
    throw new CertificateFormatError(
      `the certificate in ${key} ended on ${new Date(notAfterMs).toISOString()}: put a new one there`,
    );
  }
  if (!forClients) {
    throw new CertificateFormatError(
      `the certificate in ${key} is not made for clients (extended key usage clientAuth), which nodes are of each other`,
    );
  }
  return leaf;
}

function checkAuthority(
  { authority }: FoundLeaf,
  trust: readonly CertificateFacts[],
  { nowMs }: Demands,
): void {
  const ended = trust.find(({ sha256, notAfterMs }) => sha256 === authority && notAfterMs <= nowMs);
  if (ended === undefined) return;
  throw new CertificateFormatError(
    `the authority ${ended.subject} in ${TRUST} ended on ${new Date(ended.notAfterMs).toISOString()}, and with it what it signed`,
  );
}

function checkServer({ forServers, names }: CertificateFacts, hosts: readonly string[]): void {
  if (!forServers) {
    throw new CertificateFormatError(
      `the certificate in ${CERTIFICATE} is not made for servers (extended key usage serverAuth)`,
    );
  }
  const missing = hosts.find((host) => !names.some((name) => coversHost(name, host)));
  if (missing !== undefined) {
    throw new CertificateFormatError(
      `the certificate in ${CERTIFICATE} does not cover ${missing}, as nodes call each other: add *${missing.slice(missing.indexOf('.'))} to its names`,
    );
  }
}

function operatorOf(operator: FoundLeaf | undefined): Pick<SuppliedCertificates, 'operator'> {
  return operator === undefined ? {} : { operator };
}

function metricsOf(metrics: FoundLeaf | undefined): Pick<SuppliedCertificates, 'metrics'> {
  return metrics === undefined ? {} : { metrics };
}

function remarkOn({ certificate }: FoundLeaf): Pick<SuppliedCertificates, 'remark'> {
  if (certificate.units.includes(UNITS.Nodes)) return {};
  return {
    remark: `It lacks the organisational unit ${UNITS.Nodes}, so nodes know each other by having the very same certificate: when it is replaced by one with another key, they are apart until all have it`,
  };
}
