/** What is known of one member of the group, for the question whether a tombstone may go. */
export interface MemberProgress {
  /** Etag of this database up to which nothing concurrent can come from the member any more. */
  readonly stableEtag: number;
  /** First etag here of what came from the member and is not covered by a claim of its own; 0: none. */
  readonly unclaimedEtag: number;
}

/**
 * Etag up to which tombstones may be cleaned. A tombstone has to stay until every member of the group has it, those
 * that are down included, and nothing concurrent to it can arrive from them; and until the database's change vector
 * says that the deleted document was here, so that a document created anew under its id includes the deletion.
 */
export function cleanableTombstoneEtag(members: readonly MemberProgress[]): number {
  return members.reduce(
    (least, { stableEtag, unclaimedEtag }) =>
      Math.min(least, stableEtag, unclaimedEtag > 0 ? unclaimedEtag - 1 : Number.MAX_SAFE_INTEGER),
    Number.MAX_SAFE_INTEGER,
  );
}

/**
 * Follows one member. It has everything of this database up to an accepted etag; what it wrote before it knew of that
 * may still be on its way, and is here once this database has accepted all that the member had at that moment.
 */
export class StableEtag {
  #stableEtag = 0;
  #candidate: { readonly acceptedEtag: number; readonly memberLastEtag: number } | null = null;

  get etag(): number {
    return this.#stableEtag;
  }

  /** The member says that it has our items up to `acceptedEtag`, while its own last etag is `memberLastEtag`. */
  observe(acceptedEtag: number, memberLastEtag: number): void {
    // A later pair would only be reached later; the first one is kept until it is.
    if (acceptedEtag > this.#stableEtag) this.#candidate ??= { acceptedEtag, memberLastEtag };
  }

  /** `fromMember`: etag of the member up to which its items are here. */
  reached(fromMember: number): number {
    if (this.#candidate !== null && fromMember >= this.#candidate.memberLastEtag) {
      this.#stableEtag = this.#candidate.acceptedEtag;
      this.#candidate = null;
    }
    return this.#stableEtag;
  }

  /** The member has another storage now: what the old one had counts no more. */
  reset(): void {
    this.#stableEtag = 0;
    this.#candidate = null;
  }
}
