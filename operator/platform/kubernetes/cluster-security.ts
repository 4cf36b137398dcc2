import type { RavenCluster, RavenClusterStatus } from '../../api/raven-cluster.ts';
import { CertificateKeeper, type CertificatesResult } from '../../certificates/reconcile-certificates.ts';
import { SecureFetch } from '../../certificates/secure-fetch.ts';
import type { ClusterEvent } from '../../decide/event-reasons.ts';
import { tagOfOrdinal } from '../../decide/node-tag.ts';
import type { ConditionDraft } from '../../decide/step.ts';
import { AdminRequestError } from '../admin-error.ts';
import { ClusterAdminClient } from '../cluster-admin-client.ts';
import type { PlatformNode } from '../platform.ts';
import { SECRET } from './api/kinds.ts';
import type { ClusterScope } from './cluster-scope.ts';
import type { ClusterReader } from './observe/cluster-reader.ts';

export interface ClusterSecurityOptions {
  readonly scope: ClusterScope;
  readonly reader: ClusterReader;
  /** Domain of the Kubernetes cluster, such as `cluster.local`. */
  readonly clusterDomain: string;
  readonly tell: (message: string) => void;
  readonly announce: (cluster: RavenCluster, events: readonly ClusterEvent[]) => void;
  /** In place of `fetch` where there is no TLS. */
  readonly fetch: typeof fetch | undefined;
}

/** The certificates of one cluster, and a client to its nodes that shows and trusts them as they are now. */
export class ClusterSecurity {
  readonly admin: ClusterAdminClient;
  readonly #options: ClusterSecurityOptions;
  readonly #keeper: CertificateKeeper;
  #secure: SecureFetch | undefined;
  #isSecure = true;
  #last: { readonly of: string; readonly result: CertificatesResult; readonly untilMs: number } | undefined;

  constructor(options: ClusterSecurityOptions) {
    this.#options = options;
    const { scope, reader, clusterDomain, tell } = options;
    this.#keeper = new CertificateKeeper({
      client: {
        get: (ref, how) => scope.reader.get(ref, how),
        apply: (object, how) => scope.writer.apply(object, how),
        create: (object, how) => scope.writer.create(object, how),
      },
      clusterDomain,
      readSecret: (_namespace, name) => reader.find(SECRET, name),
      tell,
    });
    this.admin = new ClusterAdminClient({ fetch: (input, init) => this.#send(input, init) });
  }

  /** For `status.certificates`. */
  get status(): RavenClusterStatus['certificates'] {
    return this.#last?.result.status;
  }

  /** Brings the certificates to what the resource says; looks again only when something changed, or when it is time. */
  async keep(
    cluster: RavenCluster,
    nodes: readonly PlatformNode[],
    nowMs: number,
  ): Promise<readonly ConditionDraft[]> {
    this.#isSecure = cluster.spec.tls.mode !== 'Disabled';
    const running = nodes
      .filter(({ process }) => process === 'Running')
      .map(({ ordinal, url }) => ({ tag: tagOfOrdinal(ordinal), url }));
    const secrets = this.#options.reader.owned(SECRET);
    const of = JSON.stringify([
      cluster.metadata.generation,
      cluster.metadata.annotations,
      running,
      secrets.map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
    ]);
    if (this.#last?.of === of && nowMs < this.#last.untilMs) return this.#last.result.conditions;
    const result = await this.#keeper.reconcile(cluster, running, nowMs);
    this.#last = { of, result, untilMs: nowMs + result.requeueAfterMs };
    if (result.identity !== undefined) {
      this.#secure ??= new SecureFetch(result.identity);
      this.#secure.use(result.identity);
    }
    if (result.events.length > 0) this.#options.announce(cluster, result.events);
    return result.conditions;
  }

  /** Closes the connections to the nodes. */
  async stop(): Promise<void> {
    await Promise.all([this.#keeper.stop(), this.#secure?.close()]);
  }

  #send(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    if (!this.#isSecure) return (this.#options.fetch ?? fetch)(input, init);
    if (this.#secure !== undefined) return this.#secure.fetch(input, init);
    const message = 'There is no certificate yet that the operator could show to the nodes';
    return Promise.reject(new AdminRequestError(message, { mayTakeEffect: false }));
  }
}
