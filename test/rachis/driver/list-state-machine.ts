import { crc32 } from 'node:zlib';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { SnapshotMetadata } from '../../../node/rachis/core/message.ts';
import type { RachisStateMachine, SnapshotSource } from '../../../node/rachis/state-machine.ts';

/** What survives a restart of a ListStateMachine; stands for its disk. */
export interface ListDisk {
  appliedIndex: number;
  lines: string[];
  restored: SnapshotMetadata | null;
  interrupted: SnapshotMetadata | null;
}

export const emptyDisk = (): ListDisk => ({ appliedIndex: 0, lines: [], restored: null, interrupted: null });

/** A list to which commands append a line; one that is there already is not appended again. */
export class ListStateMachine implements RachisStateMachine {
  readonly disk: ListDisk;
  #memory: { appliedIndex: number; lines: string[] };
  #seen: Set<string>;
  /** Makes the next restore fail half-way, as a crash would. */
  failsRestore = false;
  /** As if so much waited for a slow disk. */
  unwrittenBytes = 0;

  constructor(disk: ListDisk) {
    this.disk = disk;
    this.#memory = { appliedIndex: disk.appliedIndex, lines: [...disk.lines] };
    this.#seen = new Set(disk.lines);
  }

  get appliedIndex(): number {
    return this.#memory.appliedIndex;
  }

  get lines(): readonly string[] {
    return this.#memory.lines;
  }

  get interruptedRestore(): SnapshotMetadata | null {
    return this.disk.interrupted;
  }

  get restoredSnapshot(): SnapshotMetadata | null {
    return this.disk.restored;
  }

  apply(entries: readonly Entry[]): readonly unknown[] {
    return entries.map((entry) => {
      if (entry.index !== this.#memory.appliedIndex + 1) throw new Error(`entry ${entry.index} out of order`);
      this.#memory.appliedIndex = entry.index;
      if (entry.kind !== 'command') return null;
      const line = Buffer.from(entry.data).toString();
      if (!this.#seen.has(line)) {
        this.#seen.add(line);
        this.#memory.lines.push(line);
      }
      return { length: this.#memory.lines.length };
    });
  }

  flush(): Promise<number> {
    this.disk.appliedIndex = this.#memory.appliedIndex;
    this.disk.lines = [...this.#memory.lines];
    return Promise.resolve(this.disk.appliedIndex);
  }

  async snapshot(): Promise<SnapshotSource> {
    const index = await this.flush();
    const bytes = Buffer.from(this.disk.lines.join('\n'));
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.byteLength; at += 1000) pieces.push(bytes.subarray(at, at + 1000));
    return { index, chunks: () => pieces, close: () => undefined };
  }

  async restore(metadata: SnapshotMetadata, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.disk.interrupted = metadata;
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks) pieces.push(chunk);
    if (this.failsRestore) throw new Error('the restore was cut off');
    const text = Buffer.concat(pieces).toString();
    this.#memory = { appliedIndex: metadata.index, lines: text === '' ? [] : text.split('\n') };
    this.#seen = new Set(this.#memory.lines);
    await this.flush();
    this.disk.restored = metadata;
    this.disk.interrupted = null;
  }

  get digest(): number {
    return crc32(this.lines.join('\n'));
  }
}
