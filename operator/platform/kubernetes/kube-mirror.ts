import { CLUSTER_LABEL } from '../../resources/labels.ts';
import { kindKey } from './api/kinds.ts';
import type { KubeLog } from './api/kube-log.ts';
import type { KindRef, KubeObject } from './api/kube-object.ts';
import { type CacheChange, ObjectCache } from './api/object-cache.ts';
import { OwnWrites } from './api/own-writes.ts';

/** Everything that the watches show, by kind; and which of our own writes they do not show yet. */
export class KubeMirror {
  readonly writes = new OwnWrites();
  readonly #caches = new Map<string, ObjectCache>();
  readonly #log: KubeLog;
  readonly #onChange: (change: CacheChange) => void;

  /** @param onChange called after each change, with no more to do than to remember it */
  constructor(log: KubeLog, onChange: (change: CacheChange) => void) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** From now on a kind is mirrored, once somebody fills its cache. */
  add(kind: KindRef): ObjectCache {
    const cache = new ObjectCache({ log: this.#log, indexBy: clusterKeyOf });
    this.#caches.set(kindKey(kind), cache);
    this.writes.follow(kind, cache);
    cache.onChange(this.#onChange);
    return cache;
  }

  /** Kinds that are mirrored, by `kindKey`. */
  has(kind: KindRef): boolean {
    return this.#caches.has(kindKey(kind));
  }

  /** The cache of a kind; `undefined` when the operator does not mirror it: it may not, or nobody serves it. */
  cache<T extends KubeObject>(kind: KindRef): ObjectCache<T> | undefined {
    return this.#caches.get(kindKey(kind)) as ObjectCache<T> | undefined;
  }
}

/** `<namespace>/<cluster>` that an object belongs to by its label. */
export function clusterKeyOf({ metadata }: KubeObject): string | undefined {
  const cluster = metadata.labels?.[CLUSTER_LABEL];
  return cluster === undefined || metadata.namespace === undefined
    ? undefined
    : `${metadata.namespace}/${cluster}`;
}
