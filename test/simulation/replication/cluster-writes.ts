import { etagOf } from '../../../node/documents/change-vector.ts';

/** What one cluster transaction made of one document. */
export interface ClusterWriteOf {
  readonly count: number;
  /** null: it was deleted. */
  readonly value: string | null;
}

/** What all cluster transactions on a database wrote, in their order. */
export class ClusterWrites {
  readonly #group: string;
  readonly #writes = new Map<string, ClusterWriteOf[]>();
  /** In the order of their counts. */
  readonly #order: { readonly count: number; readonly id: string }[] = [];
  /** Ranges of counts that were given up. */
  readonly #lost: { readonly from: number; readonly upTo: number }[] = [];

  /** `group`: the database id of the RAFT entries. */
  constructor(group: string) {
    this.#group = group;
  }

  record(id: string, write: ClusterWriteOf): void {
    this.#order.push({ count: write.count, id });
    const known = this.#writes.get(id);
    if (known === undefined) this.#writes.set(id, [write]);
    else known.push(write);
  }

  /** The writes after one count and up to another are given up: a copy need not have them, and may. */
  abandon(from: number, upTo: number): void {
    this.#lost.push({ from, upTo });
  }

  isLost(count: number): boolean {
    return this.#lost.some(({ from, upTo }) => count > from && count <= upTo);
  }

  /** Whether a version is that of a write that was given up. */
  isLostVersion({ changeVector }: { readonly changeVector: string }): boolean {
    return this.#lost.length > 0 && this.isLost(etagOf(changeVector, this.#group));
  }

  /** The last write of a document that is not beyond a count, nor given up. */
  lastUpTo(id: string, count: number): ClusterWriteOf | undefined {
    return this.#writes.get(id)?.findLast((write) => write.count <= count && !this.isLost(write.count));
  }

  at(id: string, count: number): ClusterWriteOf | undefined {
    return this.#writes.get(id)?.findLast((write) => write.count === count);
  }

  /** The documents of writes after one count and up to another. */
  idsBetween(after: number, upTo: number): readonly string[] {
    const first = this.#order.findLastIndex(({ count }) => count <= after) + 1;
    return this.#order.slice(first).flatMap(({ count, id }) => (count <= upTo ? [id] : []));
  }

  has(id: string): boolean {
    return this.#writes.has(id);
  }

  get ids(): Iterable<string> {
    return this.#writes.keys();
  }

  /** Whether a cluster transaction took the place of a version, where all that this vector includes is known. */
  isReplaced(id: string, changeVector: string, known: string): boolean {
    const before = etagOf(changeVector, this.#group);
    const reached = etagOf(known, this.#group);
    return (this.#writes.get(id) ?? []).some(
      ({ count }) => before < count && count <= reached && !this.isLost(count),
    );
  }

  /** Documents as they are after the last transaction, by id; those whose last write was given up are left out. */
  outcome(): ReadonlyMap<string, string | null> {
    const last = [...this.#writes].flatMap(([id, writes]) => {
      const write = writes.at(-1);
      return write === undefined || this.isLost(write.count) ? [] : [[id, write.value] as const];
    });
    return new Map(last);
  }
}
