import { compareChangeVectors, mergeChangeVectors } from '../../../node/documents/change-vector.ts';
import type { ClusterWrites } from './cluster-writes.ts';
import type { SimulatedDatabase, WrittenVersion } from './simulated-database.ts';

/** Knows every version that somebody was told of, and whether what the copies of a database claim is true. */
export class WriteLedger {
  readonly #clusterWrites: ClusterWrites;
  readonly #written: WrittenVersion[] = [];
  /** By database id: the last vector that was durable. */
  readonly #vectors = new Map<string, string>();
  /** By id: the merged vectors of the tombstones that were cleaned anywhere. */
  readonly #cleaned = new Map<string, string>();

  constructor(clusterWrites: ClusterWrites) {
    this.#clusterWrites = clusterWrites;
  }

  get written(): readonly WrittenVersion[] {
    return this.#written;
  }

  acknowledged(versions: readonly WrittenVersion[]): void {
    this.#written.push(...versions);
  }

  cleaning(tombstones: readonly WrittenVersion[]): void {
    for (const { id, changeVector } of tombstones) {
      this.#cleaned.set(id, mergeChangeVectors(this.#cleaned.get(id) ?? '', changeVector));
    }
  }

  /** After a commit. */
  checkVectorGrows({ id, nodeTag, changeVector }: SimulatedDatabase): void {
    const before = this.#vectors.get(id) ?? '';
    if (compareChangeVectors(before, changeVector) !== 'AlreadyMerged') {
      throw new Error(`The vector of ${nodeTag} went back from [${before}] to [${changeVector}]`);
    }
    this.#vectors.set(id, changeVector);
  }

  /** Whatever the vector of a copy includes is there, or was replaced or deleted there. */
  checkClaims(database: SimulatedDatabase): void {
    const claimed = database.changeVector;
    for (const { id, changeVector } of this.#written) {
      if (compareChangeVectors(changeVector, claimed) !== 'AlreadyMerged') continue;
      // What was deleted, and its tombstone cleaned, may have been created anew by a member that never saw it.
      const joined = mergeChangeVectors(database.joinedVector(id), this.#cleaned.get(id) ?? '');
      if (compareChangeVectors(changeVector, joined) === 'AlreadyMerged') continue;
      if (this.#clusterWrites.isReplaced(id, changeVector, mergeChangeVectors(joined, claimed))) continue;
      throw new Error(
        `${database.nodeTag} claims [${claimed}] but has ${id} [${joined}] instead of [${changeVector}]`,
      );
    }
  }

  /** No document is an older version than one that somebody was told of and that the copy knows of. */
  checkNothingOlder(database: SimulatedDatabase): void {
    for (const { id, changeVector } of this.#written) {
      if (compareChangeVectors(changeVector, database.changeVector) !== 'AlreadyMerged') continue;
      const [version] = database.versionsOf(id);
      if (version?.kind !== 'document') continue;
      if (compareChangeVectors(changeVector, version.changeVector) === 'Update') {
        throw new Error(
          `${database.nodeTag} has ${id} as [${version.changeVector}], older than [${changeVector}]`,
        );
      }
    }
  }
}
