import { clusterObjectName, ordinalOfClaim, ordinalOfPod } from '../../../resources/names.ts';
import { NODE, PERSISTENT_VOLUME_CLAIM, POD, STATEFUL_SET, STORAGE_CLASS } from '../api/kinds.ts';
import { type KindRef, type KubeObject, keyOf, refOf } from '../api/kube-object.ts';
import { type ClusterScope, refIn } from '../cluster-scope.ts';
import type { KubeMirror } from '../kube-mirror.ts';
import type {
  ClaimObject,
  ClusterObjects,
  HostObject,
  PodObject,
  StatefulSetObject,
  StorageClassObject,
} from './cluster-objects.ts';

/** The objects of one cluster: from the watches, and live where they do not show yet what this operator wrote. */
export class ClusterReader {
  readonly #scope: ClusterScope;
  readonly #mirror: KubeMirror;

  constructor(scope: ClusterScope, mirror: KubeMirror) {
    this.#scope = scope;
    this.#mirror = mirror;
  }

  async look(): Promise<ClusterObjects> {
    const { name } = this.#scope;
    const [statefulSet, pods, claims] = await Promise.all([
      this.find<StatefulSetObject>(STATEFUL_SET, clusterObjectName(name)),
      this.#owned<PodObject>(POD),
      this.#owned<ClaimObject>(PERSISTENT_VOLUME_CLAIM),
    ]);
    return {
      statefulSet,
      pods: byOrdinal(pods, (pod) => ordinalOfPod(name, pod)),
      claims: byOrdinal(claims, (claim) => ordinalOfClaim(name, claim)),
      hosts: byName(this.#mirror.cache<HostObject>(NODE)?.values()),
      storageClasses: byName(this.#mirror.cache<StorageClassObject>(STORAGE_CLASS)?.values()),
    };
  }

  /** An object in the namespace of the cluster, as it is after the last write of this operator. */
  async find<T extends KubeObject>(kind: KindRef, name: string): Promise<T | undefined> {
    const key = `${this.#scope.namespace}/${name}`;
    const cache = this.#mirror.cache<T>(kind);
    if (cache === undefined || this.#mirror.writes.isBehind(kind, key)) {
      return this.#scope.reader.get<T>(refIn(this.#scope, kind, name));
    }
    return cache.get(key);
  }

  /** Objects with the label of the cluster. */
  owned(kind: KindRef): readonly KubeObject[] {
    const { namespace, name } = this.#scope;
    return this.#mirror.cache(kind)?.indexed(`${namespace}/${name}`) ?? [];
  }

  async #owned<T extends KubeObject>(kind: KindRef): Promise<readonly T[]> {
    const found = await Promise.all(
      (this.owned(kind) as readonly T[]).map((object) =>
        this.#mirror.writes.isBehind(kind, keyOf(object))
          ? this.#scope.reader.get<T>(refOf(kind, object))
          : object,
      ),
    );
    return found.filter((object) => object !== undefined);
  }
}

function byOrdinal<T extends KubeObject>(
  objects: readonly T[],
  ordinalOf: (name: string) => number | undefined,
): ReadonlyMap<number, T> {
  const entries = objects.flatMap((object): [number, T][] => {
    const ordinal = ordinalOf(object.metadata.name);
    return ordinal === undefined ? [] : [[ordinal, object]];
  });
  return new Map(entries);
}

function byName<T extends KubeObject>(objects: readonly T[] | undefined): ReadonlyMap<string, T> | undefined {
  return objects === undefined ? undefined : new Map(objects.map((object) => [object.metadata.name, object]));
}
