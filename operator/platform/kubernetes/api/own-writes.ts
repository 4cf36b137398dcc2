import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { kindKey } from './kinds.ts';
import { type KindRef, type KubeObject, keyOf } from './kube-object.ts';
import { OWN_WRITE_UNSEEN_MAX_MS, OWN_WRITES_MAX } from './limits.ts';
import type { CacheChange, ObjectCache } from './object-cache.ts';
import { isAtLeast } from './resource-version.ts';

interface Unseen {
  readonly uid: string | undefined;
  /** The version to be seen; `undefined` when it is the end of the object. */
  readonly resourceVersion: string | undefined;
  readonly sinceMs: number;
}

/**
 * Writes of ours that the caches do not show yet. Whoever decides by a cache must know that it is behind: a decision on
 * a view from before one's own last write is how operators do things twice.
 */
export class OwnWrites {
  readonly #clock: Clock;
  readonly #caches = new Map<string, ObjectCache>();
  readonly #unseen = new Map<string, Unseen>();

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  /** Follows what a cache shows of a kind. Only writes to followed kinds are remembered. */
  follow<T extends KubeObject>(kind: KindRef, cache: ObjectCache<T>): void {
    const name = kindKey(kind);
    this.#caches.set(name, cache as unknown as ObjectCache);
    cache.onChange((change) => this.#see(`${name} ${keyOf(change.object)}`, change));
  }

  /** @param object as the API server returned it */
  wrote(kind: KindRef, object: KubeObject): void {
    const cached = this.#caches.get(kindKey(kind))?.get(keyOf(object));
    const { uid, resourceVersion } = object.metadata;
    const isShown =
      cached?.metadata.uid === uid &&
      isAtLeast(cached?.metadata.resourceVersion ?? '', resourceVersion ?? '');
    if (!isShown) this.#remember(kind, keyOf(object), { uid, resourceVersion });
  }

  /** @param uid of what was deleted, where it is known */
  deleted(kind: KindRef, key: string, uid: string | undefined): void {
    const cached = this.#caches.get(kindKey(kind))?.get(key);
    if (cached === undefined || (uid !== undefined && cached.metadata.uid !== uid)) return;
    if (cached.metadata.deletionTimestamp !== undefined) return;
    this.#remember(kind, key, { uid: cached.metadata.uid, resourceVersion: undefined });
  }

  /** Whether the cache may not show our last write to this object: look at the API server itself, or later. */
  isBehind(kind: KindRef, key: string): boolean {
    const name = `${kindKey(kind)} ${key}`;
    const unseen = this.#unseen.get(name);
    if (unseen === undefined) return false;
    if (this.#clock.nowMs() - unseen.sinceMs < OWN_WRITE_UNSEEN_MAX_MS) return true;
    // It will not be shown any more: somebody deleted it at once, or the cache does not select it.
    this.#unseen.delete(name);
    return false;
  }

  #remember(kind: KindRef, key: string, write: Omit<Unseen, 'sinceMs'>): void {
    if (!this.#caches.has(kindKey(kind)) || this.#unseen.size >= OWN_WRITES_MAX) return;
    this.#unseen.set(`${kindKey(kind)} ${key}`, { ...write, sinceMs: this.#clock.nowMs() });
  }

  #see(name: string, change: CacheChange): void {
    const unseen = this.#unseen.get(name);
    if (unseen === undefined) return;
    const { uid, resourceVersion, deletionTimestamp } = change.object.metadata;
    const isSame = uid === unseen.uid;
    const isEnd = change.type === 'Deleted' && isSame;
    const isAsked =
      unseen.resourceVersion === undefined
        ? !isSame || deletionTimestamp !== undefined
        : isSame && isAtLeast(resourceVersion ?? '', unseen.resourceVersion);
    if (isEnd || isAsked) this.#unseen.delete(name);
  }
}
