import { compareChangeVectors } from '../documents/change-vector.ts';
import { type CollectedItems, collectItems, type SourceItem } from './batch-collector.ts';
import { DestinationSources } from './destination-sources.ts';
import { type DestinationView, type ItemRoute, includedEtags, routeOf } from './item-route.ts';
import { LeftRelays } from './left-relays.ts';
import {
  HEARTBEAT_INTERVAL_MS,
  IDLE_CLAIM_DELAY_MS,
  OWED_CLAIM_DELAY_MS,
  PEER_SILENCE_MAX_MS,
  type StreamLimits,
} from './limits.ts';
import { packItems, type ReplicatedItem } from './replicated-item.ts';
import type { ReplicationClock } from './replication-clock.ts';
import type { ReplicationConnection } from './replication-connection.ts';
import { ReplicationError, ReplicationProtocolError, ReplicationRefusedError } from './replication-error.ts';
import { decodeMessage, encodeMessage, type StateMessage } from './replication-message.ts';
import { SendWindow } from './send-window.ts';

/** What the stream sends from. */
export interface StreamSource {
  readonly databaseId: string;
  /** Last durable etag. */
  lastEtag(): number;
  /** All that this includes is here. */
  changeVector(): string;
  /** The part of the change vector that this database itself wrote. */
  ownChangeVector(): string;
  /** Calls `body` with the items after `etag`, in order, from one consistent view. */
  read<T>(etag: number, body: (items: Iterable<SourceItem>) => T): T;
}

export interface OutgoingStreamOptions {
  readonly source: StreamSource;
  readonly connection: ReplicationConnection;
  readonly clock: ReplicationClock;
  readonly limits: StreamLimits;
  /** The destination told something new of itself. */
  readonly onProgress: (state: StateMessage) => void;
}

/**
 * Everything this database has, in etag order, over one connection to one destination. Driven by three things only:
 * commits here, answers from there, and the send buffer becoming empty.
 */
export class OutgoingStream {
  readonly #options: OutgoingStreamOptions;
  readonly #left: LeftRelays;
  #window: SendWindow | null = null;
  #destination: StateMessage | null = null;
  #sources = DestinationSources.none;
  /** What decides about each item; it changes only between two transactions, so that none is sent in half. */
  #view: StreamView = { state: null, databaseId: '', included: new Map(), sources: DestinationSources.none };
  #isInsideTransaction = false;
  /** Nothing is left to its origin until all is sent and claimed: the origins had their chance. */
  #isImpatient = false;
  #scannedEtag = 0;
  /**
   * The last look at the source found its end. What readers find may be ahead of what the source tells of: only who has
   * seen the end has passed on, as it was or as it became, all that the source's vector includes.
   */
  #isAtEnd = false;
  /** Parts of a batch are sent and the last is not yet; and the bytes of those parts. */
  #isBatchOpen = false;
  #openPartBytes = 0;
  /** Items went without a claim that covers them; at the start it is not known what an earlier connection left. */
  #isWholeClaimDue = true;
  /** Items were sent since the last whole claim. */
  #isClaimOwed = false;
  #isIdleClaimUrgent = false;
  #isPumpDue = false;
  #isDraining = false;
  #cancelIdleClaim: (() => void) | null = null;
  #cancelHeartbeat: (() => void) | null = null;
  #heardAt: number;
  #sentItems = 0;

  constructor(options: OutgoingStreamOptions) {
    this.#options = options;
    this.#left = new LeftRelays(options.limits.relaysRemembered);
    this.#heardAt = options.clock.now();
    options.connection.onClose(() => this.#stop());
    this.#beat();
    options.connection.onFrame((payload) => this.#onFrame(payload));
  }

  /** What the destination said last; null until it said anything. */
  get destination(): StateMessage | null {
    return this.#destination;
  }

  get sentEtag(): number {
    return this.#window?.sentEtag ?? 0;
  }

  get sentItems(): number {
    return this.#sentItems;
  }

  /** The destination has every item up to this etag. */
  get acceptedEtag(): number {
    return this.#window?.resumeEtag ?? 0;
  }

  /** Something was committed here. */
  wake(): void {
    this.#pump();
  }

  #onFrame(payload: Buffer): void {
    const message = decodeMessage(payload);
    this.#heardAt = this.#options.clock.now();
    if (message.type === 'refusal') throw new ReplicationRefusedError(message.message);
    if (message.type !== 'state') {
      throw new ReplicationProtocolError(`A destination of replication sent a ${message.type} message.`);
    }
    this.#window ??= this.#start(message);
    this.#destination = message;
    this.#window.acknowledged(message.acceptedBatches);
    this.#sources = this.#sources.updated(message.sources, this.#heardAt);
    this.#options.onProgress(message);
    this.#pump();
  }

  #start(state: StateMessage): SendWindow {
    const { source } = this.#options;
    if (state.databaseId === source.databaseId) {
      throw new ReplicationRefusedError(
        `The peer is this very database (id ${source.databaseId}): two nodes share one address, or one copied the other's data directory.`,
      );
    }
    if (state.acceptedEtag > source.lastEtag()) {
      throw new ReplicationRefusedError(
        `Node ${state.nodeTag} has items of this database up to etag ${state.acceptedEtag}, but the last one here is ` +
          `${source.lastEtag()}: the storage was set back to an older state. Remove this copy from the database group and add it again.`,
      );
    }
    this.#scannedEtag = state.resumeEtag;
    return new SendWindow(state.acceptedEtag, state.resumeEtag, this.#options.limits);
  }

  #pump(): void {
    const { connection } = this.#options;
    if (this.#isPumpDue || this.#isDraining || connection.isClosed) return;
    const window = this.#window;
    const destination = this.#destination;
    if (window === null || destination === null) return;
    if (!this.#isBatchOpen && !window.hasRoom) return;
    if (!this.#isInsideTransaction) this.#lookAround(destination);
    if (this.#isAtEnd && this.#scannedEtag >= this.#options.source.lastEtag()) {
      this.#planIdleClaim(window);
      return;
    }
    const lastEtag = this.#options.source.lastEtag();
    const collected = this.#collect();
    // Readers find all that is durable, so what the source counts and they do not find is there no more.
    this.#scannedEtag = Math.max(collected.scannedEtag, collected.isAtEnd ? lastEtag : 0);
    this.#isAtEnd = collected.isAtEnd;
    this.#isInsideTransaction = collected.isInsideTransaction;
    const isFlowing = this.#send(window, collected);
    if (!isFlowing) this.#waitForDrain();
    else if (collected.isAtEnd) this.#planIdleClaim(window);
    else this.#pumpSoon();
  }

  /** Between two transactions: takes in what the destination said, and goes back to items whose origin left them. */
  #lookAround(destination: StateMessage): void {
    const { databaseId, changeVector } = destination;
    if (this.#view.state !== destination) {
      const included = includedEtags(changeVector);
      this.#view = { state: destination, databaseId, included, sources: this.#sources };
    }
    const again = this.#left.forgetIncluded(this.#view);
    if (again !== null) this.#scanFrom(again);
    if (!this.#left.isImpatient(this.#view, this.#options.clock.now())) return;
    const firstLeft = this.#left.firstEtag ?? Number.MAX_SAFE_INTEGER;
    this.#isImpatient = true;
    this.#scanFrom(firstLeft);
    this.#left.clear();
  }

  /** Looks again at what was looked at before. */
  #scanFrom(etag: number): void {
    this.#scannedEtag = Math.min(this.#scannedEtag, etag - 1);
    this.#isAtEnd = false;
  }

  #collect(): CollectedItems {
    const { source, clock, limits } = this.#options;
    const route = (item: SourceItem): ItemRoute => {
      const way = routeOf(item, source.databaseId, this.#view);
      return typeof way === 'object' && this.#isImpatient ? 'send' : way;
    };
    const collected = source.read(this.#scannedEtag, (items) =>
      collectItems(items, this.#scannedEtag, limits, route),
    );
    this.#left.add(collected.left, clock.now());
    return collected;
  }

  /** false: the send buffer is full. */
  #send(window: SendWindow, collected: CollectedItems): boolean {
    if (collected.items.length === 0 && !this.#isBatchOpen) return true;
    this.#openPartBytes += collected.bytes;
    const isTooLarge = this.#openPartBytes >= this.#options.limits.transactionBytes;
    this.#isBatchOpen = collected.isInsideTransaction && !isTooLarge;
    this.#sentItems += collected.items.length;
    return this.#sendPart(window, collected.items, collected.isAtEnd ? this.#claim() : NO_CLAIM);
  }

  #sendPart(window: SendWindow, collected: readonly ReplicatedItem[], claim: Claim): boolean {
    const from = window.sentEtag;
    const to = Math.max(from, this.#scannedEtag);
    const firstLeft = this.#left.firstEtag ?? Number.MAX_SAFE_INTEGER;
    const resume = Math.min(to, this.#scannedEtag, firstLeft - 1);
    const hasMore = this.#isBatchOpen;
    if (!hasMore) {
      window.sent(to, resume, this.#openPartBytes);
      this.#openPartBytes = 0;
    }
    if (claim.isWholeClaim) this.#isImpatient = false;
    this.#isWholeClaimDue = !claim.isWholeClaim;
    this.#isClaimOwed = !claim.isWholeClaim && (this.#isClaimOwed || collected.length > 0);
    this.#forgetIdleClaim();
    const items = packItems(collected);
    const itemCount = collected.length;
    return this.#options.connection.send(
      encodeMessage({ type: 'batch', from, to, resume, hasMore, ...claim, itemCount, items }),
    );
  }

  /** Only at the end of a scan: everything that was here then is sent, except what was left to its origin. */
  #claim(): Claim {
    const { source } = this.#options;
    const isWholeClaim = this.#left.isEmpty;
    if (isWholeClaim) return { claim: source.changeVector(), isWholeClaim };
    const isOwnClaimTrue = this.#left.isOwnClaimTrue(this.#view.included.get(source.databaseId) ?? 0);
    return { claim: isOwnClaimTrue ? source.ownChangeVector() : '', isWholeClaim };
  }

  /** All is sent. If the destination does not know so, it is told, unless items that go there soon bring the news. */
  #planIdleClaim(window: SendWindow): void {
    // Somebody may wait for the assurance of a write that went without a claim.
    const isUrgent = this.#isClaimOwed && this.#left.isEmpty;
    if (isUrgent && !this.#isIdleClaimUrgent) this.#forgetIdleClaim();
    if (this.#cancelIdleClaim !== null || !window.isEmpty || !this.#hasNews(window)) return;
    this.#isIdleClaimUrgent = isUrgent;
    const delayMs = isUrgent ? OWED_CLAIM_DELAY_MS : IDLE_CLAIM_DELAY_MS;
    this.#cancelIdleClaim = this.#options.clock.after(delayMs, () => {
      this.#cancelIdleClaim = null;
      if (this.#options.connection.isClosed || !window.isEmpty) return;
      if (this.#scannedEtag < this.#options.source.lastEtag()) return this.#pump();
      if (!this.#hasNews(window)) return;
      this.#sendPart(window, [], this.#claim());
    });
  }

  #hasNews(window: SendWindow): boolean {
    const known = this.#destination?.changeVector ?? '';
    return (
      this.#scannedEtag > window.sentEtag ||
      (this.#left.isEmpty && (this.#isWholeClaimDue || window.resumeEtag < window.sentEtag)) ||
      compareChangeVectors(this.#claim().claim, known) !== 'AlreadyMerged'
    );
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    this.#options.clock.soon(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #waitForDrain(): void {
    this.#isDraining = true;
    void this.#options.connection.drained().then(() => {
      this.#isDraining = false;
      this.#pump();
    });
  }

  #beat(): void {
    const { clock, connection } = this.#options;
    this.#cancelHeartbeat = clock.after(HEARTBEAT_INTERVAL_MS, () => {
      const silenceMs = Math.round(clock.now() - this.#heardAt);
      if (silenceMs >= PEER_SILENCE_MAX_MS) {
        connection.close(new ReplicationError(`${connection.remote} has been silent for ${silenceMs} ms.`));
        return;
      }
      connection.send(encodeMessage({ type: 'ping' }));
      this.#beat();
    });
  }

  #forgetIdleClaim(): void {
    this.#cancelIdleClaim?.();
    this.#cancelIdleClaim = null;
  }

  #stop(): void {
    this.#cancelHeartbeat?.();
    this.#forgetIdleClaim();
  }
}

interface StreamView extends DestinationView {
  /** The message that it was made of. */
  readonly state: StateMessage | null;
}

interface Claim {
  readonly claim: string;
  readonly isWholeClaim: boolean;
}

const NO_CLAIM: Claim = { claim: '', isWholeClaim: false };
