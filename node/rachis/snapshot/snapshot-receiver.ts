import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SnapshotMetadata } from '../core/message.ts';
import { syncFolder } from '../log/segment-file.ts';
import { RachisError } from '../rachis-error.ts';
import type { SnapshotChunk, SnapshotEnd } from '../transport/link-frame.ts';

interface Incoming {
  readonly from: string;
  readonly transfer: number;
  readonly handle: FileHandle;
  next: number;
  bytes: number;
  checksum: number;
}

/** What a finished transfer came to. */
export interface ReceivedSnapshot {
  readonly from: string;
  readonly end: SnapshotEnd;
}

/**
 * Spools an incoming snapshot to a file, and keeps the last complete one: installing it can be cut off by a crash and is
 * then done again from the file. One transfer at a time; a newer one takes the place of an unfinished one.
 */
export class SnapshotReceiver {
  readonly #folder: string;
  #incoming: Incoming | null = null;
  /** The last transfer that was completed: its end may be sent again when the answer to it got lost. */
  #completed: { readonly from: string; readonly transfer: number; readonly next: number } | null = null;
  #work: Promise<unknown> = Promise.resolve();
  /** While the complete one is being installed, nothing may take its place. */
  isInstalling = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Takes a chunk. `acknowledge` is told the sequence that is expected next, once this one is in the file; -1 when the
   * transfer can't go on. Resolves with the snapshot when it is complete, checked and durable, else with null.
   */
  receive(
    from: string,
    chunk: SnapshotChunk,
    acknowledge: (next: number) => void,
  ): Promise<ReceivedSnapshot | null> {
    const done = this.#work.then(() => this.#take(from, chunk, acknowledge));
    this.#work = done.catch(() => null);
    return done;
  }

  /** The metadata of the complete snapshot, or null. */
  async complete(): Promise<SnapshotMetadata | null> {
    try {
      return JSON.parse(await readFile(this.#path('complete.json'), 'utf8')) as SnapshotMetadata;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** The chunks, cut as the sender's state machine had cut them. */
  async *content(): AsyncGenerator<Uint8Array> {
    const handle = await open(this.#path('complete'), 'r');
    try {
      const header = Buffer.alloc(4);
      while ((await handle.read(header, 0, 4)).bytesRead === 4) {
        const chunk = Buffer.alloc(header.readUInt32LE(0));
        const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength);
        if (bytesRead < chunk.byteLength) throw new RachisError('The received snapshot is cut off.');
        yield chunk;
      }
    } finally {
      await handle.close();
    }
  }

  /** The complete one is installed. */
  async discard(): Promise<void> {
    await rm(this.#path('complete.json'), { force: true });
    await rm(this.#path('complete'), { force: true });
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#incoming?.handle.close();
    this.#incoming = null;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #take(
    from: string,
    chunk: SnapshotChunk,
    acknowledge: (next: number) => void,
  ): Promise<ReceivedSnapshot | null> {
    try {
      if (this.#completed?.from === from && this.#completed.transfer === chunk.transfer) {
        acknowledge(this.#completed.next);
        return null;
      }
      const incoming = await this.#transferOf(from, chunk);
      if (incoming === null) {
        acknowledge(this.isInstalling ? -1 : 0);
        return null;
      }
      if (chunk.sequence !== incoming.next) {
        acknowledge(incoming.next);
        return null;
      }
      if (chunk.end !== null) return await this.#finish(incoming, chunk.end, acknowledge);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(chunk.data.byteLength);
      await incoming.handle.writev([length, chunk.data]);
      incoming.bytes += chunk.data.byteLength;
      incoming.checksum = crc32(chunk.data, incoming.checksum);
      incoming.next++;
      acknowledge(incoming.next);
      return null;
    } catch (error) {
      await this.#abandon();
      acknowledge(-1);
      throw error;
    }
  }

  async #transferOf(from: string, chunk: SnapshotChunk): Promise<Incoming | null> {
    const known = this.#incoming;
    if (known?.from === from && known.transfer === chunk.transfer) return known;
    if (chunk.sequence !== 0 || this.isInstalling) return null;
    await this.#abandon();
    await mkdir(this.#folder, { recursive: true });
    const handle = await open(this.#path('incoming'), 'w');
    const incoming = { from, transfer: chunk.transfer, handle, next: 0, bytes: 0, checksum: 0 };
    this.#incoming = incoming;
    return incoming;
  }

  async #finish(
    incoming: Incoming,
    end: SnapshotEnd,
    acknowledge: (next: number) => void,
  ): Promise<ReceivedSnapshot> {
    if (incoming.bytes !== end.bytes || incoming.checksum !== end.checksum) {
      throw new RachisError(`The snapshot at index ${end.metadata.index} arrived damaged.`);
    }
    if (this.isInstalling) throw new RachisError('Another snapshot is being installed.');
    await incoming.handle.sync();
    await incoming.handle.close();
    this.#incoming = null;
    await rm(this.#path('complete.json'), { force: true });
    await rename(this.#path('incoming'), this.#path('complete'));
    await writeDurably(this.#path('complete.json.tmp'), JSON.stringify(end.metadata));
    await rename(this.#path('complete.json.tmp'), this.#path('complete.json'));
    await syncFolder(this.#folder);
    this.#completed = { from: incoming.from, transfer: incoming.transfer, next: incoming.next + 1 };
    acknowledge(incoming.next + 1);
    return { from: incoming.from, end };
  }

  async #abandon(): Promise<void> {
    const incoming = this.#incoming;
    this.#incoming = null;
    await incoming?.handle.close();
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
