import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.ts';
import type { SnapshotMetadata } from '../core/message.ts';
import type { HardState, PersistRequest } from '../core/ready.ts';
import { LOG_RECORD_BYTES_MAX, SEGMENT_BYTES, SEGMENT_RETRY_MS } from '../limits.ts';
import { changesOf, encodeChanges, type LogChange } from './log-change.ts';
import { RaftLogError } from './log-error.ts';
import type { StoredLog } from './log-image.ts';
import { recoverLog } from './log-recovery.ts';
import { createSegment, SegmentFile } from './segment-file.ts';
import { RECORD_HEADER_BYTES, SEGMENT_HEADER_BYTES, sealRecord, segmentName } from './segment-format.ts';

export interface RaftLogOptions {
  readonly folder: string;
  /** The log's own random number, from the node's identity: records of another log don't count. */
  readonly logNumber: number;
  readonly logger: Logger;
  /** false: nothing is synced. */
  readonly durable: boolean;
  /** Default SEGMENT_BYTES. */
  readonly segmentBytes?: number;
  /** Told of each write: milliseconds until it was durable, and bytes. */
  readonly observeWrite?: (milliseconds: number, bytes: number) => void;
}

interface Waiting {
  readonly changes: readonly LogChange[];
  resolve(): void;
  reject(error: Error): void;
}

/** Persists that join one record at most: a sync of so many small ones still takes only milliseconds. */
const PERSISTS_PER_RECORD = 1024;

/**
 * The durable log of Rachis: term, vote, entries and the compaction point, in preallocated segment files. While one
 * record is written and synced, what comes meanwhile gathers for the next: one sync a batch, however many persists.
 * Every segment starts with the state so far, so that older ones can be deleted.
 */
export class RaftLogFiles {
  readonly #options: RaftLogOptions;
  readonly #segmentBytes: number;
  /** Oldest first; written no more. */
  readonly #older: SegmentFile[] = [];
  #active: SegmentFile;
  /** Made ahead of need, in the background. */
  #next: Promise<SegmentFile> | null = null;
  #nextSequence = 1;
  #hardState: HardState = { term: 0, votedFor: null };
  #point: SnapshotMetadata | null = null;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #writingSinceMs: number | null = null;
  #failure: RaftLogError | null = null;
  #isClosed = false;

  private constructor(options: RaftLogOptions, active: SegmentFile) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#active = active;
  }

  /** A new, empty log; the folder must hold none. */
  static async create(options: RaftLogOptions): Promise<RaftLogFiles> {
    const { folder, logNumber, durable } = options;
    await mkdir(folder, { recursive: true });
    const bytes = options.segmentBytes ?? SEGMENT_BYTES;
    await createSegment({ folder, number: 1, logNumber, bytes, durable });
    return new RaftLogFiles(options, await SegmentFile.open(folder, 1, SEGMENT_HEADER_BYTES, durable));
  }

  /** @throws RaftLogCorruptError when more than an unsynced end is damaged. */
  static async open(
    options: RaftLogOptions,
  ): Promise<{ readonly log: RaftLogFiles; readonly stored: StoredLog }> {
    const { folder, logNumber, durable } = options;
    const { stored, segments, tail, nextSequence } = await recoverLog(folder, logNumber);
    const files: SegmentFile[] = [];
    for (const { number, maxIndex } of segments) {
      const file = await SegmentFile.open(folder, number, tail.position, durable);
      file.maxIndex = maxIndex;
      files.push(file);
    }
    const active = files.pop();
    if (active === undefined) throw new RaftLogError(`There is no log in ${folder}.`);
    if (tail.dirtyUntil > tail.position) {
      options.logger.warn('The end of the Raft log was torn by a crash and is dropped', {
        segment: segmentName(active.number),
        bytes: tail.dirtyUntil - tail.position,
      });
      await active.write(Buffer.alloc(tail.dirtyUntil - tail.position), tail.position);
    }
    const log = new RaftLogFiles(options, active);
    log.#older.push(...files);
    log.#nextSequence = nextSequence;
    log.#hardState = stored.hardState;
    log.#point = stored.snapshot;
    return { log, stored };
  }

  /** Bytes of the segments on disk. */
  get byteLength(): number {
    return this.#older.reduce((sum, file) => sum + file.bytes, this.#active.position);
  }

  /** For how long the write under way has been waiting for the disk, in milliseconds; 0 when there is none. */
  get stalledMs(): number {
    return this.#writingSinceMs === null ? 0 : performance.now() - this.#writingSinceMs;
  }

  /** Resolves when all of it is durable, as one unit and after every earlier call. Rejects once the log has failed. */
  persist(request: Omit<PersistRequest, 'ticket'>): Promise<void> {
    return this.#enqueue(changesOf(request));
  }

  /** Makes the compaction point durable, then deletes the segments that hold nothing after it. */
  async compact(point: SnapshotMetadata): Promise<void> {
    if (point.index <= (this.#point?.index ?? 0)) return;
    await this.#enqueue([{ kind: 'compacted', point }]);
    await this.#dropObsolete();
  }

  /** Waits for what was handed in, then closes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    const next = await this.#next?.catch(() => null);
    await Promise.all([...this.#older, this.#active, ...(next ? [next] : [])].map((file) => file.close()));
  }

  #enqueue(changes: readonly LogChange[]): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#isClosed) return Promise.reject(new RaftLogError('The Raft log is closed.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject });
      this.#writing ??= this.#writeWaiting();
    });
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, PERSISTS_PER_RECORD);
      this.#writingSinceMs = performance.now();
      try {
        await this.#writeRecord(batch.flatMap((waiting) => waiting.changes));
        for (const waiting of batch) waiting.resolve();
      } catch (error) {
        // What a failed write left on the disk is unknown: the node must not go on as if it knew.
        const text = error instanceof Error ? error.message : String(error);
        this.#failure = new RaftLogError(`Writing the Raft log in ${this.#options.folder} failed: ${text}`);
        for (const waiting of [...batch, ...this.#waiting.splice(0)]) waiting.reject(this.#failure);
      }
    }
    this.#writingSinceMs = null;
    // In the same step as the last look at the queue: whoever comes next must start a new round.
    this.#writing = null;
  }

  async #writeRecord(changes: readonly LogChange[]): Promise<void> {
    const begin = performance.now();
    for (const change of changes) this.#follow(change);
    let record = encodeChanges(changes, RECORD_HEADER_BYTES);
    if (!this.#active.fits(record.byteLength + 8)) {
      record = encodeChanges([...this.#stateSoFar(), ...changes], RECORD_HEADER_BYTES);
      await this.#roll(record.byteLength + 8);
    }
    if (record.byteLength > LOG_RECORD_BYTES_MAX) {
      throw new RaftLogError(`a record may have ${LOG_RECORD_BYTES_MAX} bytes, not ${record.byteLength}`);
    }
    const sealed = sealRecord(record, this.#nextSequence++, this.#options.logNumber);
    await this.#active.append(sealed);
    for (const change of changes) this.#note(change);
    if (changes.some((change) => change.kind === 'reset')) await this.#dropObsolete();
    this.#options.observeWrite?.(performance.now() - begin, sealed.byteLength);
    if (this.#active.position > this.#active.bytes / 2) this.#next ??= this.#make(this.#segmentBytes);
  }

  #follow(change: LogChange): void {
    if (change.kind === 'hardState') this.#hardState = change.hardState;
    else if (change.kind !== 'entries') this.#point = change.point;
  }

  /** What the active segment now holds, and whether older ones still hold anything. */
  #note(change: LogChange): void {
    if (change.kind === 'entries') {
      this.#active.maxIndex = Math.max(this.#active.maxIndex, change.entries.at(-1)?.index ?? -1);
    } else if (change.kind === 'reset') {
      for (const file of [...this.#older, this.#active]) file.maxIndex = -1;
    }
  }

  /** What a segment must say first, so that it stands without the ones before it. */
  #stateSoFar(): LogChange[] {
    const point: LogChange[] = this.#point === null ? [] : [{ kind: 'compacted', point: this.#point }];
    return [{ kind: 'hardState', hardState: this.#hardState }, ...point];
  }

  async #roll(bytes: number): Promise<void> {
    let next = await this.#takeNext(bytes);
    if (!next.fits(bytes)) {
      await next.close();
      await rm(join(this.#options.folder, segmentName(next.number)));
      next = await this.#makePatiently(bytes + SEGMENT_HEADER_BYTES);
    }
    this.#older.push(this.#active);
    this.#active = next;
  }

  async #takeNext(bytes: number): Promise<SegmentFile> {
    const prepared = this.#next;
    this.#next = null;
    try {
      if (prepared !== null) return await prepared;
    } catch {
      // The try ahead of need failed, of which #make has told; now it has to succeed.
    }
    return this.#makePatiently(Math.max(this.#segmentBytes, bytes + SEGMENT_HEADER_BYTES));
  }

  /** A full disk may have room again: nothing was written yet, so it can wait. */
  async #makePatiently(bytes: number): Promise<SegmentFile> {
    for (;;) {
      try {
        return await this.#make(bytes);
      } catch (error) {
        if (this.#isClosed) throw error;
        await delay(SEGMENT_RETRY_MS);
      }
    }
  }

  #make(bytes: number): Promise<SegmentFile> {
    const { folder, logNumber, durable, logger } = this.#options;
    const number = this.#active.number + 1;
    const made = createSegment({ folder, number, logNumber, bytes, durable }).then(() =>
      SegmentFile.open(folder, number, SEGMENT_HEADER_BYTES, durable),
    );
    made.catch((error) =>
      logger.error('A segment of the Raft log could not be made: is the disk full?', {
        segment: join(folder, segmentName(number)),
        error: String(error),
      }),
    );
    return made;
  }

  /** Oldest first, so that what remains is always the end of the log. */
  async #dropObsolete(): Promise<void> {
    const base = this.#point?.index ?? 0;
    for (let oldest = this.#older[0]; oldest !== undefined; oldest = this.#older[0]) {
      if (oldest.maxIndex > base) return;
      this.#older.shift();
      await oldest.close();
      await rm(join(this.#options.folder, segmentName(oldest.number)), { force: true });
    }
  }
}
