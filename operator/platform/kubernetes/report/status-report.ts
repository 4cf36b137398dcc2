import { isDeepStrictEqual } from 'node:util';
import type { RavenCluster, RavenClusterStatus } from '../../../api/raven-cluster.ts';
import type { RavenDatabase, RavenDatabaseStatus } from '../../../api/raven-database.ts';
import { PROGRAM_VERSION } from '../../../program-version.ts';
import { versionOf } from '../../../resources/image.ts';
import { labelSelector, selectorLabels } from '../../../resources/labels.ts';
import { STATUS_FIELD_MANAGER } from '../../../resources/names.ts';
import type { KindRef } from '../api/kube-object.ts';
import type { ClusterScope } from '../cluster-scope.ts';
import { RAVEN_CLUSTER_KIND, RAVEN_DATABASE_KIND } from '../resource-kinds.ts';

type Resource = RavenCluster | RavenDatabase;

/**
 * Writes statuses of our resources where they say anything new. Compared is with what was written last, since a watch
 * may still show what was there before that.
 */
export class StatusReport {
  readonly #scope: ClusterScope;
  readonly #defaultImage: string;
  readonly #written = new Map<string, unknown>();

  /** @param defaultImage image of nodes whose resource names none */
  constructor(scope: ClusterScope, defaultImage: string) {
    this.#scope = scope;
    this.#defaultImage = defaultImage;
  }

  /** @param found the resource as the watch shows it */
  async ofCluster(found: RavenCluster, status: RavenClusterStatus): Promise<void> {
    // For `kubectl scale` and autoscalers: which pods are those of this resource.
    const selector = labelSelector(selectorLabels(this.#scope.name));
    const version = versionOf(found.spec, this.#defaultImage);
    await this.#write(RAVEN_CLUSTER_KIND, found, {
      ...status,
      selector,
      version,
      operatorVersion: PROGRAM_VERSION,
    });
  }

  async ofDatabase(found: RavenDatabase, status: RavenDatabaseStatus): Promise<void> {
    await this.#write(RAVEN_DATABASE_KIND, found, status);
  }

  async #write(kind: KindRef, found: Resource, status: NonNullable<Resource['status']>): Promise<void> {
    const { name, namespace, uid } = found.metadata;
    const key = `${kind.kind} ${uid ?? name}`;
    // As it travels: a field without a value is none.
    const sent: unknown = JSON.parse(JSON.stringify(status));
    const last = this.#written.has(key) ? this.#written.get(key) : found.status;
    if (isDeepStrictEqual(sent, last)) return;
    // Until the answer is there, nobody knows what is written.
    this.#written.set(key, undefined);
    const metadata = namespace === undefined ? { name } : { name, namespace };
    const object = { apiVersion: kind.apiVersion, kind: kind.kind, metadata, status: sent };
    const options = { kind, subresource: 'status', fieldManager: STATUS_FIELD_MANAGER, force: true };
    await this.#scope.writer.apply(object, options);
    this.#written.set(key, sent);
  }
}
