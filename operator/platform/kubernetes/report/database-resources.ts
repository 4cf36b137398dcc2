import { API_GROUP } from '../../../api/api-group.ts';
import type { RavenDatabase, RavenDatabaseStatus } from '../../../api/raven-database.ts';
import type { DatabaseWish } from '../../../decide/observed.ts';
import { FIELD_MANAGER } from '../../../resources/names.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { type ClusterScope, refIn } from '../cluster-scope.ts';
import type { KubeMirror } from '../kube-mirror.ts';
import { timeMs } from '../observe/cluster-objects.ts';
import { RAVEN_DATABASE_KIND } from '../resource-kinds.ts';
import type { StatusReport } from './status-report.ts';

/** Keeps a RavenDatabase there until its database is deleted, where it asks for that. */
export const DATABASE_FINALIZER = `${API_GROUP}/database`;

/** The RavenDatabase resources of one cluster. */
export class DatabaseResources {
  readonly #scope: ClusterScope;
  readonly #mirror: KubeMirror;
  readonly #statuses: StatusReport;

  constructor(scope: ClusterScope, mirror: KubeMirror, statuses: StatusReport) {
    this.#scope = scope;
    this.#mirror = mirror;
    this.#statuses = statuses;
  }

  wishes(): readonly DatabaseWish[] {
    return this.#resources().map(({ metadata, spec, status }) => ({
      resource: metadata.name,
      spec,
      createdAtMs: timeMs(metadata.creationTimestamp) ?? 0,
      ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
      ...(status === undefined ? {} : { status }),
      isDeleted: metadata.deletionTimestamp !== undefined,
    }));
  }

  /** Before anything is made for a resource: none that asks for the deletion of its database may go without it. */
  async holdOn(): Promise<void> {
    for (const database of this.#resources()) {
      const wantsDeletion = database.spec.reclaimPolicy === 'Delete';
      if (database.metadata.deletionTimestamp !== undefined || wantsDeletion === isHeld(database)) continue;
      await this.#setHeld(database, wantsDeletion);
    }
  }

  /** Lets every resource go that is deleted, where there is no cluster that could have its database. */
  async letGo(): Promise<void> {
    for (const database of this.#resources()) {
      if (database.metadata.deletionTimestamp !== undefined && isHeld(database)) {
        await this.#setHeld(database, false);
      }
    }
  }

  /** @param settled names of deleted resources that nothing is left to be done for */
  async report(
    statuses: Readonly<Record<string, RavenDatabaseStatus>>,
    settled: readonly string[],
  ): Promise<void> {
    for (const database of this.#resources()) {
      const { name, deletionTimestamp } = database.metadata;
      const status = statuses[name];
      if (deletionTimestamp !== undefined && settled.includes(name)) {
        if (isHeld(database)) await this.#setHeld(database, false);
      } else if (status !== undefined) {
        await this.#statuses.ofDatabase(database, status);
      }
    }
  }

  #resources(): readonly DatabaseObject[] {
    const { namespace, name } = this.#scope;
    const all = this.#mirror.cache<DatabaseObject>(RAVEN_DATABASE_KIND)?.values() ?? [];
    return all.filter(
      ({ metadata, spec }) => metadata.namespace === namespace && spec.clusterRef.name === name,
    );
  }

  async #setHeld(database: DatabaseObject, isWanted: boolean): Promise<void> {
    const { name, resourceVersion } = database.metadata;
    // Done already, and not seen yet.
    if (this.#mirror.writes.isBehind(RAVEN_DATABASE_KIND, `${this.#scope.namespace}/${name}`)) return;
    const others = finalizersOf(database).filter((finalizer) => finalizer !== DATABASE_FINALIZER);
    const finalizers = isWanted ? [...others, DATABASE_FINALIZER] : others;
    await this.#scope.writer.mergePatch(
      refIn(this.#scope, RAVEN_DATABASE_KIND, name),
      { metadata: { resourceVersion, finalizers } },
      { fieldManager: FIELD_MANAGER },
    );
  }
}

export type DatabaseObject = RavenDatabase & KubeObject;

function isHeld(database: DatabaseObject): boolean {
  return finalizersOf(database).includes(DATABASE_FINALIZER);
}

function finalizersOf({ metadata }: DatabaseObject): readonly string[] {
  return metadata.finalizers ?? [];
}
