import type { Entry, NodeId } from './entry.ts';
import { invariant } from './invariant.ts';
import type { SnapshotMetadata } from './message.ts';
import type { RaftLog } from './raft-log.ts';
import type { PersistRequest } from './ready.ts';

interface PendingPersist {
  readonly ticket: number;
  readonly hardStateVersion: number;
  readonly snapshot: SnapshotMetadata | null;
  /** First index that it replaces; `null` when it carries no entries. */
  readonly from: number | null;
  readonly to: number;
}

/**
 * What of the core's state is on disk.
 *
 * The answer is never guessed from (index, term) of an acknowledgement: an entry may be written, overwritten by a
 * later leader and written back by a third one, and the first acknowledgement must not count for the last write (the
 * ABA problem). Instead an entry is durable when the disk holds it and no later request, under way or yet to be made,
 * replaces its place.
 */
export class Durability {
  readonly #log: RaftLog;
  #pending: PendingPersist[] = [];
  #lastTicket = 0;
  /** Last index on disk as of the last confirmed ticket. */
  #diskLast: number;
  /** Entries from here on are in no ticket yet. */
  #unticketedFrom: number;
  #unticketedSnapshot: SnapshotMetadata | null = null;
  #unticketedBase: SnapshotMetadata | null = null;
  #hardStateVersion = 0;
  #ticketedHardStateVersion = 0;
  #durableHardStateVersion = 0;
  #stableIndex: number;

  constructor(log: RaftLog) {
    this.#log = log;
    this.#diskLast = log.lastIndex;
    this.#stableIndex = log.lastIndex;
    this.#unticketedFrom = log.lastIndex + 1;
  }

  /** Every entry of the present log up to here is on disk. */
  get stableIndex(): number {
    return this.#stableIndex;
  }

  /** Grows with each change of term or vote. */
  get hardStateVersion(): number {
    return this.#hardStateVersion;
  }

  get durableHardStateVersion(): number {
    return this.#durableHardStateVersion;
  }

  get isSnapshotPending(): boolean {
    return this.#unticketedSnapshot !== null || this.#pending.some((request) => request.snapshot !== null);
  }

  hardStateChanged(): void {
    this.#hardStateVersion++;
  }

  /** The log was changed from `from` on. */
  entriesChanged(from: number): void {
    this.#unticketedFrom = Math.min(this.#unticketedFrom, from);
    this.#recompute();
  }

  /** The log was written anew from its start on, by an unsafe recovery; `base`: what it starts after, if anything. */
  logRewritten(base: SnapshotMetadata | null): void {
    this.#unticketedBase = base;
    this.entriesChanged(this.#log.firstIndex);
  }

  /** The whole log was replaced by a snapshot, whose content is not installed yet. */
  snapshotReceived(snapshot: SnapshotMetadata): void {
    this.#unticketedSnapshot = snapshot;
    this.#unticketedFrom = snapshot.index + 1;
    this.#recompute();
  }

  /** The next request, or `null` when all is on its way. */
  take(term: number, votedFor: NodeId | null): PersistRequest | null {
    const hasHardState = this.#hardStateVersion > this.#ticketedHardStateVersion;
    const hasEntries = this.#unticketedFrom <= this.#log.lastIndex;
    const snapshot = this.#unticketedSnapshot;
    const base = this.#unticketedBase;
    if (!hasHardState && !hasEntries && snapshot === null) return null;

    const entries: readonly Entry[] = hasEntries
      ? this.#log.slice(this.#unticketedFrom, this.#log.lastIndex, Infinity, Infinity)
      : [];
    const ticket = ++this.#lastTicket;
    this.#pending.push({
      ticket,
      hardStateVersion: this.#hardStateVersion,
      snapshot,
      from: hasEntries ? this.#unticketedFrom : null,
      to: this.#log.lastIndex,
    });
    this.#ticketedHardStateVersion = this.#hardStateVersion;
    this.#unticketedFrom = this.#log.lastIndex + 1;
    this.#unticketedSnapshot = null;
    this.#unticketedBase = null;
    return {
      ticket,
      entries,
      ...(hasHardState ? { hardState: { term, votedFor } } : {}),
      ...(snapshot === null ? {} : { snapshot }),
      ...(base === null ? {} : { rewrittenAfter: base }),
    };
  }

  /** Gives the newest snapshot that became durable by it, if any. */
  confirm(ticket: number): SnapshotMetadata | null {
    invariant(ticket <= this.#lastTicket, () => `ticket ${ticket} was never given out`);
    let snapshot: SnapshotMetadata | null = null;
    let confirmed = 0;
    for (const request of this.#pending) {
      if (request.ticket > ticket) break;
      confirmed++;
      if (request.snapshot !== null) {
        snapshot = request.snapshot;
        this.#diskLast = request.snapshot.index;
      }
      if (request.from !== null) this.#diskLast = request.to;
      this.#durableHardStateVersion = request.hardStateVersion;
    }
    this.#pending.splice(0, confirmed);
    this.#recompute();
    return snapshot;
  }

  #recompute(): void {
    let stable = Math.min(this.#diskLast, this.#unticketedFrom - 1);
    if (this.#unticketedSnapshot !== null) stable = 0;
    for (const request of this.#pending) {
      if (request.snapshot !== null) stable = 0;
      else if (request.from !== null) stable = Math.min(stable, request.from - 1);
    }
    this.#stableIndex = stable;
  }
}
