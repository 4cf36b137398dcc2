import { compareChangeVectors, mergeChangeVectors } from '../../../node/documents/change-vector.ts';
import type { ClusterWrites } from './cluster-writes.ts';
import type { SimulatedDatabase, WrittenVersion } from './simulated-database.ts';

/** What is known of the claims of one copy, so that only what has changed is looked at again. */
interface ClaimsOf {
  /** How many of all written versions have been looked at. */
  writtenCount: number;
  changeVector: string;
  etag: number;
  /** What the copy does not claim yet. */
  unclaimed: readonly WrittenVersion[];
  /** By document: what it claims, but for what a later version of the same includes. */
  readonly claimed: Map<string, readonly string[]>;
}

/** Knows every version that somebody was told of, and whether what the copies of a database claim is true. */
export class WriteLedger {
  readonly #clusterWrites: ClusterWrites;
  readonly #written: WrittenVersion[] = [];
  /** By database id: the last vector that was durable. */
  readonly #vectors = new Map<string, string>();
  /** By id: the merged vectors of the tombstones that were cleaned anywhere. */
  readonly #cleaned = new Map<string, string>();
  /** By database id. */
  readonly #claims = new Map<string, ClaimsOf>();

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
    const claims = this.#claimsOf(database.id);
    for (const id of claims.claimed.keys()) this.#checkClaimed(database, claims, id);
    this.checkNewClaims(database);
  }

  /** As `checkClaims`, of documents that were written since the last time, and of what was not claimed then. */
  checkNewClaims(database: SimulatedDatabase): void {
    const claims = this.#claimsOf(database.id);
    const changed = new Set(database.lastEtag > claims.etag ? database.writtenSince(claims.etag) : []);
    for (const id of this.#claimAnew(database.changeVector, claims)) changed.add(id);
    claims.etag = database.lastEtag;
    for (const id of changed) this.#checkClaimed(database, claims, id);
  }

  #claimsOf(databaseId: string): ClaimsOf {
    const known = this.#claims.get(databaseId);
    if (known !== undefined) return known;
    const claims = { writtenCount: 0, changeVector: '', etag: 0, unclaimed: [], claimed: new Map() };
    this.#claims.set(databaseId, claims);
    return claims;
  }

  /** Gives the documents of what is claimed now and was not. */
  #claimAnew(changeVector: string, claims: ClaimsOf): readonly string[] {
    const { unclaimed, claimed, writtenCount } = claims;
    const added = this.#written.slice(writtenCount);
    claims.writtenCount = this.#written.length;
    const open = changeVector === claims.changeVector ? added : [...unclaimed, ...added];
    const kept = changeVector === claims.changeVector ? [...unclaimed] : [];
    claims.changeVector = changeVector;
    const ids: string[] = [];
    for (const version of open) {
      if (this.#clusterWrites.isLostVersion(version)) continue;
      if (compareChangeVectors(version.changeVector, changeVector) !== 'AlreadyMerged') {
        kept.push(version);
        continue;
      }
      const { id } = version;
      // Who has the later of two versions, or has it replaced, has done so with the earlier one, too.
      const earlier = (claimed.get(id) ?? []).filter(
        (other) => compareChangeVectors(other, version.changeVector) !== 'AlreadyMerged',
      );
      claimed.set(id, [...earlier, version.changeVector]);
      ids.push(id);
    }
    claims.unclaimed = kept;
    return ids;
  }

  #checkClaimed(database: SimulatedDatabase, { claimed }: ClaimsOf, id: string): void {
    const versions = claimed.get(id);
    if (versions === undefined) return;
    const vector = database.changeVector;
    // What was deleted, and its tombstone cleaned, may have been created anew by a member that never saw it.
    const joined = mergeChangeVectors(database.joinedVector(id), this.#cleaned.get(id) ?? '');
    for (const changeVector of versions) {
      if (compareChangeVectors(changeVector, joined) === 'AlreadyMerged') continue;
      if (this.#clusterWrites.isReplaced(id, changeVector, mergeChangeVectors(joined, vector))) continue;
      throw new Error(
        `${database.nodeTag} claims [${vector}] but has ${id} [${joined}] instead of [${changeVector}]`,
      );
    }
  }

  /** No document is an older version than one that somebody was told of and that the copy knows of. */
  checkNothingOlder(database: SimulatedDatabase): void {
    for (const written of this.#written) {
      const { id, changeVector } = written;
      if (this.#clusterWrites.isLostVersion(written)) continue;
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
