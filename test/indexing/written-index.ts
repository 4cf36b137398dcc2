import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DurableView } from '../../node/documents/key-value-view.ts';
import type { IndexField } from '../../node/indexing/definitions/index-field.ts';
import { INDEX_COLUMNS } from '../../node/indexing/store/index-columns.ts';
import { NOTHING_STORED } from '../../node/indexing/store/index-entry.ts';
import { IndexReader } from '../../node/indexing/store/index-reader.ts';
import { IndexWriter } from '../../node/indexing/store/index-writer.ts';
import { RecentReads } from '../../node/indexing/store/recent-reads.ts';
import { Turns } from '../../node/indexing/turns.ts';
import type { FieldValues } from '../../node/indexing/values/index-value.ts';
import { InlineWriter } from '../../node/storage/inline-writer.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

/** What a document becomes: the values of each of its entries, by source. None deletes it. */
export type Outputs = readonly (readonly FieldValues[])[];

/** An environment for indexes without documents. */
export class IndexStorage {
  readonly #folder: string;
  readonly environment: StorageEnvironment;
  #indexes = 0;

  private constructor(folder: string, environment: StorageEnvironment) {
    this.#folder = folder;
    this.environment = environment;
  }

  static async open(): Promise<IndexStorage> {
    const folder = await mkdtemp(join(tmpdir(), 'ravencluster-index-'));
    const writer = new InlineWriter();
    return new IndexStorage(
      folder,
      await StorageEnvironment.open({ path: folder, columns: INDEX_COLUMNS, writer, durable: false }),
    );
  }

  newIndex(fields: readonly IndexField[]): WrittenIndex {
    return new WrittenIndex(this.environment, ++this.#indexes, fields);
  }

  async close(): Promise<void> {
    await this.environment.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** An index that is written as a local index does, with a reader that remembers and one that does not. */
export class WrittenIndex {
  readonly fields: readonly IndexField[];
  readonly recent = new RecentReads();
  readonly remembering: IndexReader;
  readonly plain: IndexReader;
  readonly #environment: StorageEnvironment;
  readonly #number: number;
  #nextEntry = 0;

  constructor(environment: StorageEnvironment, number: number, fields: readonly IndexField[]) {
    this.fields = fields;
    this.#environment = environment;
    this.#number = number;
    const view = new DurableView(environment);
    this.remembering = new IndexReader(view, number, this.recent);
    this.plain = new IndexReader(view, number);
  }

  async write(changes: Iterable<readonly [id: string, outputs: Outputs]>): Promise<void> {
    const batch = new WriteBatch();
    const writer = new IndexWriter({
      view: new DurableView(this.#environment),
      batch,
      index: this.#number,
      fields: () => this.fields,
      nextEntry: this.#nextEntry,
    });
    for (const [id, outputs] of new Map(changes)) {
      writer.put(
        id,
        id,
        outputs.map((values) => ({ values, stored: NOTHING_STORED })),
      );
    }
    await writer.finish(new Turns());
    this.recent.forget(this.#number, {
      terms: () => writer.changedTerms(),
      entries: writer.changedEntries,
      nextEntry: { before: this.#nextEntry, after: writer.nextEntry },
    });
    this.#nextEntry = writer.nextEntry;
    await this.#environment.commit(batch);
  }
}
