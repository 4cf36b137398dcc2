import { InflightWindow } from './inflight-window.ts';
import type { RaftLimits } from './limits.ts';

/**
 * How the leader feeds one peer.
 * - `probe`: one message at a time until it is known where the logs meet.
 * - `replicate`: a window of messages, `next` runs ahead of the answers.
 * - `snapshot`: nothing but heartbeats until the snapshot has been carried over.
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/** What a leader knows of one peer. Invariant: `match < next`; `match` only grows while the leader leads. */
export class Progress {
  match = 0;
  next: number;
  state: ProgressState = 'probe';
  /** In `probe`: a message is on its way, wait for its answer or for a heartbeat's. */
  isProbeSent = false;
  /** In `snapshot`: its index. */
  pendingSnapshot = 0;
  /** Index of the last snapshot that it was sent, until it has caught up after it: what follows is to be kept for it. */
  snapshotTail: number | null = null;
  /** Highest commit index that this peer was told, as far as it can use it. */
  sentCommit = 0;
  /** Whether the peer ever answered this leader. */
  hasReplied = false;
  lastReplyTick: number;
  /** Last tick at which `match` or the sending position moved; a longer standstill means that something was lost. */
  lastMoveTick: number;
  /** Index of the configuration that removed this peer; it is fed until it has learnt that. */
  removedByIndex: number | null = null;
  /** Tick after which a removed peer is given up. */
  removalDeadlineTick = Number.POSITIVE_INFINITY;
  readonly inflight: InflightWindow;

  constructor(next: number, tick: number, limits: RaftLimits) {
    this.next = next;
    this.lastReplyTick = tick;
    this.lastMoveTick = tick;
    this.inflight = new InflightWindow(limits.inflightMessagesMax, limits.inflightBytesMax);
  }

  replied(tick: number): void {
    this.hasReplied = true;
    this.lastReplyTick = tick;
  }

  /** The peer holds the leader's log up to `index`. True when that is news. */
  matched(index: number, tick: number): boolean {
    this.next = Math.max(this.next, index + 1);
    if (index <= this.match) return false;
    this.match = index;
    this.lastMoveTick = tick;
    return true;
  }

  /**
   * The peer refused an AppendEntries that followed `refusedIndex` and could at best match at `hintIndex`.
   * False when the refusal is stale.
   */
  refused(refusedIndex: number, hintIndex: number, tick: number): boolean {
    if (this.state === 'snapshot') return false;
    if (this.state === 'replicate') {
      if (refusedIndex <= this.match) return false;
      this.becomeProbe(tick);
      return true;
    }
    if (refusedIndex !== this.next - 1) return false;
    this.next = Math.max(Math.min(refusedIndex, hintIndex + 1), this.match + 1);
    this.isProbeSent = false;
    this.lastMoveTick = tick;
    return true;
  }

  becomeProbe(tick: number): void {
    this.next = Math.max(this.match, this.state === 'snapshot' ? this.pendingSnapshot : 0) + 1;
    this.#enter('probe', tick);
  }

  becomeReplicate(tick: number): void {
    this.next = this.match + 1;
    this.#enter('replicate', tick);
  }

  becomeSnapshot(index: number, tick: number): void {
    this.#enter('snapshot', tick);
    this.pendingSnapshot = index;
    this.snapshotTail = index;
  }

  snapshotFailed(tick: number): void {
    this.pendingSnapshot = 0;
    this.snapshotTail = null;
    this.becomeProbe(tick);
    // The next heartbeat's answer resumes it, so that a failing peer is not flooded.
    this.isProbeSent = true;
  }

  #enter(state: ProgressState, tick: number): void {
    this.state = state;
    this.isProbeSent = false;
    this.pendingSnapshot = 0;
    this.lastMoveTick = tick;
    this.inflight.clear();
  }
}
