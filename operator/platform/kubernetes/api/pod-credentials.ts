import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { type CredentialSource, type Credentials, noCredentials } from './credentials.ts';

/** Where Kubernetes mounts the credentials of a pod's ServiceAccount. */
const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The ServiceAccount of the pod that we run in. Kubernetes replaces its token in place, about once an hour. */
export class PodCredentials implements CredentialSource {
  readonly #folder: string;
  readonly #server: string;

  private constructor(folder: string, server: string) {
    this.#folder = folder;
    this.#server = server;
  }

  /** The pod's credentials; `undefined` when this is no pod, or one without a ServiceAccount. */
  static find(folder = FOLDER): PodCredentials | undefined {
    const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
    if (host === '' || !existsSync(join(folder, 'token'))) return undefined;
    return new PodCredentials(folder, `https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  }

  async read(): Promise<Credentials> {
    try {
      const [token, ca] = await Promise.all(
        ['token', 'ca.crt'].map((name) => readFile(join(this.#folder, name), 'utf8')),
      );
      return {
        server: this.#server,
        tls: { ca: ca ?? '' },
        headers: { Authorization: `Bearer ${token?.trim()}` },
      };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw noCredentials(`The credentials of the pod's ServiceAccount cannot be read: ${why}`, cause);
    }
  }
}
