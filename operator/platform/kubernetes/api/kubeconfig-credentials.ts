import type { RequestOptions } from 'node:https';
import { createRequire } from 'node:module';
import type { KubeConfig } from '@kubernetes/client-node';
import { type CredentialSource, type Credentials, noCredentials, type TlsOptions } from './credentials.ts';

/** Where the cluster and the credentials come from. */
export interface KubeConfigSource {
  /** Path of a kubeconfig file; without it KUBECONFIG or `~/.kube/config`. */
  readonly kubeconfig?: string | undefined;
  /** Context of the kubeconfig file; without it the current one. */
  readonly context?: string | undefined;
}

/** @throws KubeError NoCredentials when the file cannot be used or has no such context */
export function loadKubeConfig({ kubeconfig, context }: KubeConfigSource): KubeConfig {
  // Loaded when it is needed: with all its models it takes 50 MB, and a pod has no kubeconfig.
  const load = createRequire(import.meta.url);
  const library = load('@kubernetes/client-node') as typeof import('@kubernetes/client-node');
  const config = new library.KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw noCredentials(`${kubeconfig ?? 'The kubeconfig'} cannot be used: ${why}`, cause);
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config.getContexts().map(({ name }) => name);
      throw noCredentials(`There is no context ${context} in the kubeconfig; it has ${known.join(', ')}`);
    }
    config.setCurrentContext(context);
  }
  return config;
}

/**
 * The user and the cluster of a kubeconfig's current context. The library reads files and asks plugins; it is not used
 * for requests, since it would make a new connection for each.
 */
export class KubeConfigCredentials implements CredentialSource {
  readonly #config: KubeConfig;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  async read(): Promise<Credentials> {
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) throw noCredentials('The kubeconfig has no current cluster: name a context');
    const options: RequestOptions = {};
    try {
      await this.#config.applyToHTTPSOptions(options);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw noCredentials(`The credentials of the kubeconfig cannot be used: ${why}`, cause);
    }
    const { proxyUrl } = cluster;
    if (proxyUrl?.startsWith('socks'))
      throw noCredentials(`Proxy ${proxyUrl}: only HTTP proxies are supported`);
    return {
      server: cluster.server,
      tls: tlsOptions(options),
      headers: headersOf(options),
      ...(proxyUrl ? { proxy: proxyUrl } : {}),
    };
  }
}

function tlsOptions({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): TlsOptions {
  return {
    ...(ca === undefined ? {} : { ca: ca as NonNullable<TlsOptions['ca']> }),
    ...(cert === undefined ? {} : { cert: cert as string | Buffer }),
    ...(key === undefined ? {} : { key: key as string | Buffer }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  };
}

function headersOf({ headers, auth }: RequestOptions): Readonly<Record<string, string>> {
  const entries = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  if (typeof auth === 'string') {
    entries.push(['Authorization', `Basic ${Buffer.from(auth).toString('base64')}`]);
  }
  return Object.fromEntries(entries);
}
