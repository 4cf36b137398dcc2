import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '../observability/logger.ts';
import { Authority } from './authority.ts';
import type { KnownCertificates } from './certificate-definition.ts';
import { CertificateError } from './certificate-error.ts';
import { factsOf } from './certificate-facts.ts';
import { type CertificateFile, CertificateStore } from './certificate-store.ts';
import type { ClientCertificateWishes, IssuedClientCertificate } from './issue-client-certificate.ts';
import { fetchByTls, type PeerFetch } from './peer-https.ts';
import type { SecurePort } from './secure-port.ts';
import type { SecurityConfiguration } from './security-configuration.ts';
import type { ServerCertificate } from './server-certificate.ts';
import { dialTls } from './tls-dialer.ts';
import { secureContextOf, serverTlsOptions } from './tls-options.ts';
import { parseAuthority, type TrustBundle } from './trust-bundle.ts';

/** What the metrics are told. */
export interface SecurityObserver {
  reloaded(file: CertificateFile, result: 'loaded' | 'refused'): void;
  handshakeFailed(port: 'http' | 'tcp'): void;
}

export interface NodeSecurityOptions {
  readonly configuration: SecurityConfiguration;
  readonly logger: Logger;
  readonly observer: SecurityObserver;
  /** What the cluster knows; asked at each request. */
  readonly known: () => KnownCertificates;
}

/** TLS of a node, whole: its certificate, whom it trusts, its ports, and how it calls other nodes. */
export class NodeSecurity {
  readonly #options: NodeSecurityOptions;
  readonly #store: CertificateStore;
  readonly #authority: Authority;
  readonly #issuers: readonly X509Certificate[];

  private constructor(
    options: NodeSecurityOptions,
    store: CertificateStore,
    issuers: readonly X509Certificate[],
  ) {
    this.#options = options;
    this.#store = store;
    this.#issuers = issuers;
    const { wellKnownAdmins } = options.configuration;
    this.#authority = new Authority({
      store,
      wellKnownAdmins,
      wellKnownIssuers: issuers,
      known: options.known,
    });
    this.#warnOfEnd();
    store.onReplaced(() => this.#warnOfEnd());
  }

  /** Rejects with CertificateError when a file is of no use. */
  static async open(options: NodeSecurityOptions): Promise<NodeSecurity> {
    const { configuration, logger, observer } = options;
    const issuers = await Promise.all(configuration.wellKnownIssuers.map(readIssuer));
    const store = await CertificateStore.open({
      configuration,
      logger,
      observe: (file, result) => observer.reloaded(file, result),
    });
    return new NodeSecurity(options, store, issuers);
  }

  get server(): ServerCertificate {
    return this.#store.server;
  }

  get trust(): TrustBundle {
    return this.#store.trust;
  }

  get wellKnownAdmins(): readonly string[] {
    return this.#options.configuration.wellKnownAdmins;
  }

  /** Thumbprints. */
  get wellKnownIssuers(): readonly string[] {
    return this.#issuers.map((issuer) => factsOf(issuer).thumbprint);
  }

  /** For metrics: negative once the certificate has expired. */
  secondsUntilExpiry(): number {
    return (this.#store.server.facts.notAfter.getTime() - Date.now()) / 1000;
  }

  port(name: 'http' | 'tcp'): SecurePort {
    const store = this.#store;
    return {
      tlsOptions: serverTlsOptions(store.server),
      onReplaced: (listener) => store.onReplaced(() => listener(secureContextOf(store.server))),
      peerOf: (socket) => this.#authority.peerOf(socket),
      handshakeFailed: (error) => {
        this.#options.observer.handshakeFailed(name);
        this.#options.logger.debug(`A TLS handshake on the ${name} port failed`, { error: error.message });
      },
    };
  }

  /** Called when somebody may be trusted with less, or more, than before. */
  onReplaced(listener: () => void): void {
    this.#store.onReplaced(listener);
  }

  /** Connects to another node's TCP port. */
  dial(host: string, port: number, timeoutMs: number): Promise<TLSSocket> {
    return dialTls(this.#store, host, port, timeoutMs);
  }

  /** Asks another node over HTTPS. */
  readonly fetch: PeerFetch = (url, { signal }) => fetchByTls(this.#store, url, signal);

  async issueClientCertificate(wishes: ClientCertificateWishes): Promise<IssuedClientCertificate> {
    // Large and rarely used: loaded when somebody asks.
    const { issueClientCertificate } = await import('./issue-client-certificate.ts');
    return issueClientCertificate(this.#store.server, wishes, Date.now());
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #warnOfEnd(): void {
    const { facts } = this.#store.server;
    const now = Date.now();
    if (now > facts.notAfter.getTime()) {
      this.#options.logger.warn(
        `The server certificate has expired at ${facts.notAfter.toISOString()}: clients and nodes will refuse it. Replace its file; the node reads it again by itself.`,
      );
    } else if (now < facts.notBefore.getTime()) {
      this.#options.logger.warn(
        `The server certificate is not valid before ${facts.notBefore.toISOString()}: clients and nodes will refuse it. Is the clock right?`,
      );
    }
  }
}

/** A path, or DER in base64. */
async function readIssuer(issuer: string): Promise<X509Certificate> {
  const name = `Security.WellKnownIssuers.Admin: ${issuer.slice(0, 100)}`;
  if (!isAbsolute(issuer)) return parseAuthority(Buffer.from(issuer, 'base64'), name);
  try {
    return parseAuthority(await readFile(issuer), name);
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError(
      `${name} can't be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
