import { KubeError } from './kube-error.ts';

/** What a handshake with the API server needs; only what is known. */
export interface TlsOptions {
  ca?: string | Buffer | (string | Buffer)[];
  cert?: string | Buffer;
  key?: string | Buffer;
  rejectUnauthorized?: boolean;
  /** Name in the certificate of the API server, where it is not that in its address. */
  servername?: string;
}

/** Where the API server is and who we are. */
export interface Credentials {
  /** URL of the API server; may have a path of its own. */
  readonly server: string;
  readonly tls: TlsOptions;
  readonly headers: Readonly<Record<string, string>>;
  /** URL of an HTTP proxy on the way there. */
  readonly proxy?: string;
}

/** Credentials that change: tokens are replaced and certificates renewed while we run. */
export interface CredentialSource {
  /** As they are now. @throws KubeError NoCredentials */
  read(): Promise<Credentials>;
}

export function noCredentials(message: string, cause?: unknown): KubeError {
  return new KubeError(message, { code: 0, reason: 'NoCredentials', cause });
}
