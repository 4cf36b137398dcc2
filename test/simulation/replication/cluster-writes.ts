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

  /** `group`: the database id of the RAFT entries. */
  constructor(group: string) {
    this.#group = group;
  }

  record(id: string, write: ClusterWriteOf): void {
    const known = this.#writes.get(id);
    if (known === undefined) this.#writes.set(id, [write]);
    else known.push(write);
  }

  /** The last write of a document that is not beyond a count. */
  lastUpTo(id: string, count: number): ClusterWriteOf | undefined {
    return this.#writes.get(id)?.findLast((write) => write.count <= count);
  }

  at(id: string, count: number): ClusterWriteOf | undefined {
    return this.#writes.get(id)?.find((write) => write.count === count);
  }

  get ids(): Iterable<string> {
    return this.#writes.keys();
  }

  /** Whether a cluster transaction took the place of a version, where all that this vector includes is known. */
  isReplaced(id: string, changeVector: string, known: string): boolean {
    const before = etagOf(changeVector, this.#group);
    const reached = etagOf(known, this.#group);
    return (this.#writes.get(id) ?? []).some(({ count }) => before < count && count <= reached);
  }

  /** Documents as they are after the last transaction, by id. */
  outcome(): ReadonlyMap<string, string | null> {
    return new Map([...this.#writes].map(([id, writes]) => [id, writes.at(-1)?.value ?? null]));
  }
}
