import type { Logger } from '../observability/logger.ts';
import type { SecurityConfiguration } from './security-configuration.ts';
import { parseServerCertificate, type ServerCertificate } from './server-certificate.ts';
import { NO_AUTHORITIES, parseTrustBundle, type TrustBundle } from './trust-bundle.ts';
import { WatchedFiles } from './watched-files.ts';

export type CertificateFile = 'certificate' | 'trusted_cas';

export interface CertificateStoreOptions {
  readonly configuration: SecurityConfiguration;
  readonly logger: Logger;
  /** Told of each change of the files, after it is in force or was refused. */
  readonly observe: (file: CertificateFile, result: 'loaded' | 'refused') => void;
  /** See WatchedFilesOptions. */
  readonly lookMs?: number;
}

/**
 * The certificate this node shows and the authorities it trusts, as the files say now. A file that becomes unusable
 * changes nothing: what was in force stays so, and the log says what is wrong.
 */
export class CertificateStore {
  readonly #server: WatchedFiles<ServerCertificate>;
  readonly #trust: WatchedFiles<TrustBundle> | null;
  readonly #listeners = new Set<() => void>();

  private constructor(
    server: WatchedFiles<ServerCertificate>,
    trust: WatchedFiles<TrustBundle> | null,
    listeners: Set<() => void>,
  ) {
    this.#server = server;
    this.#trust = trust;
    this.#listeners = listeners;
  }

  /** Rejects with CertificateError. */
  static async open({
    configuration,
    logger,
    observe,
    lookMs,
  }: CertificateStoreOptions): Promise<CertificateStore> {
    const listeners = new Set<() => void>();
    const { certificatePath, keyPath, trustedCasPath } = configuration;
    const follow = <T>(file: CertificateFile, place: string, describe: (value: T) => string) => ({
      onReplaced: (value: T) => {
        logger.info(`Reloaded ${place}: ${describe(value)}`);
        observe(file, 'loaded');
        for (const listener of listeners) listener();
      },
      onRefused: (error: Error) => {
        logger.error(`${place} has changed and can't be used; the one before stays in force`, {
          error: error.message,
        });
        observe(file, 'refused');
      },
      ...(lookMs === undefined ? {} : { lookMs }),
    });
    const server = await WatchedFiles.open({
      paths: keyPath === null ? [certificatePath] : [certificatePath, keyPath],
      parse: (contents) => serverCertificateOf(configuration, contents),
      ...follow('certificate', `the server certificate ${certificatePath}`, describeServer),
    });
    try {
      const trust =
        trustedCasPath === null
          ? null
          : await WatchedFiles.open({
              paths: [trustedCasPath],
              parse: ([bundle = Buffer.alloc(0)]) => parseTrustBundle(bundle, trustedCasPath),
              ...follow('trusted_cas', `the trusted authorities ${trustedCasPath}`, describeTrust),
            });
      return new CertificateStore(server, trust, listeners);
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get server(): ServerCertificate {
    return this.#server.value;
  }

  get trust(): TrustBundle {
    return this.#trust?.value ?? NO_AUTHORITIES;
  }

  /** Called when either has been replaced. */
  onReplaced(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    await Promise.all([this.#server.close(), this.#trust?.close()]);
  }
}

function serverCertificateOf(
  { certificatePath, keyPath, password }: SecurityConfiguration,
  [certificate = Buffer.alloc(0), key]: readonly Buffer[],
): ServerCertificate {
  return parseServerCertificate({
    certificate,
    certificateName: certificatePath,
    key: key ?? null,
    keyName: keyPath ?? certificatePath,
    password,
  });
}

function describeServer({ facts }: ServerCertificate): string {
  return `${facts.subject}, thumbprint ${facts.thumbprint}, valid until ${facts.notAfter.toISOString()}`;
}

function describeTrust({ authorities }: TrustBundle): string {
  return authorities.length === 1 ? '1 authority' : `${authorities.length} authorities`;
}
