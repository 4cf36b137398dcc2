import type { KubeLog } from './kube-log.ts';
import { type KubeObject, keyOf } from './kube-object.ts';

/** What happened to an object, as far as the cache saw it: several changes may come as one. */
export type CacheChange<T extends KubeObject = KubeObject> =
  | { readonly type: 'Added'; readonly object: T }
  | { readonly type: 'Modified'; readonly object: T; readonly previous: T }
  | { readonly type: 'Deleted'; readonly object: T };

/** Where a reflector puts what it learns. */
export interface ObjectSink<T extends KubeObject> {
  /** The whole truth about a namespace, or about all: what is not among `items` is gone. */
  replace(items: readonly T[], namespace: string | undefined): void;
  set(object: T): void;
  remove(object: T): void;
}

/** Objects of one kind as the API server told them last, by key and by an index. */
export class ObjectCache<T extends KubeObject = KubeObject> implements ObjectSink<T> {
  readonly #objects = new Map<string, T>();
  readonly #index = new Map<string, Map<string, T>>();
  readonly #indexBy: (object: T) => string | undefined;
  readonly #log: KubeLog;
  readonly #listeners = new Set<(change: CacheChange<T>) => void>();

  /** @param indexBy under which word `indexed` finds an object: the cluster that a label names, for one */
  constructor(options: {
    readonly log: KubeLog;
    readonly indexBy?: (object: T) => string | undefined;
  }) {
    this.#log = options.log;
    this.#indexBy = options.indexBy ?? (() => undefined);
  }

  get size(): number {
    return this.#objects.size;
  }

  /** @param key `<namespace>/<name>`, or `<name>` of what has no namespace */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  values(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** The objects under a word of the index, by name. */
  indexed(word: string): readonly T[] {
    return [...(this.#index.get(word)?.values() ?? [])].sort((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    );
  }

  /**
   * Calls `listener` after each change. It should do no more than remember that there is something to do: the next
   * change waits for it, and what it throws is only logged.
   *
   * @returns a function that ends this
   */
  onChange(listener: (change: CacheChange<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  replace(items: readonly T[], namespace: string | undefined): void {
    const there = new Set(items.map(keyOf));
    for (const [key, object] of this.#objects) {
      const isCovered = namespace === undefined || object.metadata.namespace === namespace;
      if (isCovered && !there.has(key)) this.remove(object);
    }
    for (const item of items) this.set(item);
  }

  set(object: T): void {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (previous === undefined) {
      this.#put(key, object);
      this.#tell({ type: 'Added', object });
      return;
    }
    if (previous.metadata.uid !== object.metadata.uid) {
      // Deleted and made again while nobody looked.
      this.remove(previous);
      this.set(object);
      return;
    }
    if (previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#drop(key, previous);
    this.#put(key, object);
    this.#tell({ type: 'Modified', object, previous });
  }

  remove(object: T): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known === undefined) return;
    this.#drop(key, known);
    this.#tell({ type: 'Deleted', object });
  }

  #put(key: string, object: T): void {
    this.#objects.set(key, object);
    const word = this.#indexBy(object);
    if (word === undefined) return;
    const group = this.#index.get(word) ?? new Map<string, T>();
    this.#index.set(word, group.set(key, object));
  }

  #drop(key: string, object: T): void {
    this.#objects.delete(key);
    const word = this.#indexBy(object);
    if (word === undefined) return;
    const group = this.#index.get(word);
    group?.delete(key);
    if (group?.size === 0) this.#index.delete(word);
  }

  #tell(change: CacheChange<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // A fault of one listener must cost neither the others this change nor the cache its watch.
        const what = `${change.object.kind} ${keyOf(change.object)}`;
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#log.warn(`A listener failed on ${change.type} ${what}: ${why}`);
      }
    }
  }
}
