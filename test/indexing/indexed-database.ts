import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { DurableView } from '../../node/documents/key-value-view.ts';
import { AheadThread } from '../../node/indexing/ahead/ahead-thread.ts';
import { DocumentsAhead } from '../../node/indexing/ahead/documents-ahead.ts';
import type { StaticIndexDefinition } from '../../node/indexing/definitions/index-definition.ts';
import { encodeState, loadStates, stateKey } from '../../node/indexing/local/index-state.ts';
import { IndexedDocuments } from '../../node/indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../../node/indexing/local/local-index.ts';
import { LocalIndexes } from '../../node/indexing/local/local-indexes.ts';
import { writeOutputs } from '../../node/indexing/output/write-outputs.ts';
import type { ValueAt } from '../../node/indexing/references/value-source.ts';
import { staticIndexSpec } from '../../node/indexing/static/static-index-spec.ts';
import { INDEX_COLUMNS, INDEX_META } from '../../node/indexing/store/index-columns.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import type { ScriptEngine } from '../../node/scripting/script-engine.ts';
import type { BatchWriter } from '../../node/storage/batch-writer.ts';
import { InlineWriter } from '../../node/storage/inline-writer.ts';
import { OverlappingWriter } from '../../node/storage/overlapping-writer.ts';
import { ReadGate } from '../../node/storage/read-gate.ts';
import { SharedStorage } from '../../node/storage/shared-storage.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import type { StorageWriter } from '../../node/storage/storage-writer.ts';
import { WriteBatch } from '../../node/storage/write-batch.ts';

export function definitionOf(
  name: string,
  maps: string | readonly string[],
  more: Partial<StaticIndexDefinition> = {},
): StaticIndexDefinition {
  return {
    Name: name,
    Maps: [maps].flat(),
    Reduce: null,
    Fields: {},
    AdditionalSources: {},
    Configuration: {},
    LockMode: 'Unlock',
    Priority: 'Normal',
    State: 'Normal',
    ...more,
  };
}

export interface IndexedDatabaseOptions {
  readonly folder: string;
  readonly writer: StorageWriter;
  readonly scripts: ScriptEngine;
  readonly definitions: readonly StaticIndexDefinition[];
  /** Of the indexes; absent: one as in a node. */
  readonly indexWriter?: BatchWriter;
}

/** Compare-exchange values of a node that tells its indexes of changes. */
export class IndexedValues {
  readonly #tell: (keys: readonly string[], raftIndex: number) => void;
  readonly #values = new Map<string, ValueAt>();
  /** What happens right after the next reading, before who asked has the answer. */
  readonly #racing: (() => void)[] = [];
  #raftIndex = 0;
  reads = 0;

  constructor(tell: (keys: readonly string[], raftIndex: number) => void) {
    this.#tell = tell;
  }

  /** Undefined deletes it. */
  set(key: string, value: unknown): void {
    const index = ++this.#raftIndex;
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, { index, json: JSON.stringify(value) });
    this.#tell([key], index);
  }

  setAfterNextRead(key: string, value: unknown): void {
    this.#racing.push(() => this.set(key, value));
  }

  endRaces(): void {
    this.#racing.length = 0;
  }

  async read(keys: readonly string[]): Promise<ReadonlyMap<string, ValueAt>> {
    this.reads++;
    const found = new Map(keys.map((key) => [key, this.#values.get(key) ?? { index: 0, json: null }]));
    this.#racing.shift()?.();
    return found;
  }
}

/** A database and its static indexes, moved on by the test batch by batch. */
export class IndexedDatabase {
  readonly database: Database;
  readonly #options: IndexedDatabaseOptions;
  readonly #documents: IndexedDocuments;
  readonly #leave: () => Promise<void>;
  readonly values: IndexedValues;
  #indexes: LocalIndexes;
  #copies = 0;

  private constructor(
    options: IndexedDatabaseOptions,
    database: Database,
    documents: IndexedDocuments,
    values: IndexedValues,
    indexes: LocalIndexes,
    leave: () => Promise<void>,
  ) {
    this.#options = options;
    this.database = database;
    this.#documents = documents;
    this.values = values;
    this.#indexes = indexes;
    this.#leave = leave;
  }

  static async open(options: IndexedDatabaseOptions): Promise<IndexedDatabase> {
    const { folder, writer } = options;
    const database = await Database.open({
      name: 'indexed',
      nodeTag: 'A',
      path: join(folder, 'documents'),
      writer,
      durable: false,
      logger: silentLogger,
    });
    let opened: { readonly storage: SharedStorage; readonly documents: IndexedDocuments } | undefined;
    const leave = await database.share({
      attach: async (handle, columns, gate) => {
        const storage = await SharedStorage.open(handle, columns, new ReadGate('guest', gate));
        const ahead = new DocumentsAhead(new AheadThread(), { handle, columns });
        opened = { storage, documents: new IndexedDocuments(storage, ahead) };
      },
      detach: async () => {
        await opened?.documents.close();
        await opened?.storage.close();
      },
    });
    if (opened === undefined) throw new Error('The database was not shared.');
    const { documents } = opened;
    const values = new IndexedValues((keys, index) => indexed.indexes.valuesChanged(keys, index));
    const indexes = await openIndexes(options, database, documents, values, join(folder, 'indexes'));
    const indexed = new IndexedDatabase(options, database, documents, values, indexes, leave);
    return indexed;
  }

  async put(id: string, collection: string, document: object): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ ...document, '@metadata': { '@collection': collection } }));
    await this.database.execute(putDocument, { id, document: bytes, expectedChangeVector: null });
  }

  async delete(id: string): Promise<void> {
    await this.database.execute(deleteDocument, { id, expectedChangeVector: null });
  }

  get documents(): IndexedDocuments {
    return this.#documents;
  }

  /** All of them, as the node that has the database sees them. */
  get indexes(): LocalIndexes {
    return this.#indexes;
  }

  /** From now on these are the definitions; not after a crash. */
  async define(definitions: readonly StaticIndexDefinition[]): Promise<void> {
    await this.#indexes.define(definitions.map((one) => staticIndexSpec(one, this.#options.scripts)));
  }

  index(name: string): LocalIndex {
    const index = this.#indexes.find(name);
    if (index === undefined) throw new Error(`There is no index '${name}'.`);
    return index;
  }

  /** One batch of each index; whether there may be more. */
  async step(): Promise<boolean> {
    let isBusy = false;
    for (const index of [...this.#indexes.all, ...this.#indexes.replacements]) {
      if (await index.indexSome()) isBusy = true;
    }
    return isBusy;
  }

  async catchUp(): Promise<void> {
    while (await this.step());
  }

  /** As after a stop of the node during which the record came to these definitions. */
  async restart(definitions: readonly StaticIndexDefinition[]): Promise<void> {
    const path = join(this.#options.folder, 'indexes');
    await this.#indexes.close();
    this.#indexes = await openIndexes(
      { ...this.#options, definitions },
      this.database,
      this.#documents,
      this.values,
      path,
    );
  }

  /** Keeps what the indexes are now; the function that is given puts them back there, as a crash would. */
  async remember(): Promise<() => Promise<void>> {
    const path = join(this.#options.folder, 'indexes');
    const copy = join(this.#options.folder, `copy-${this.#copies++}`);
    await this.#indexes.close();
    await cp(path, copy, { recursive: true });
    this.#indexes = await openIndexes(this.#options, this.database, this.#documents, this.values, path);
    return async () => {
      await this.#indexes.close();
      await rm(path, { recursive: true });
      await cp(copy, path, { recursive: true });
      this.#indexes = await openIndexes(this.#options, this.database, this.#documents, this.values, path);
    };
  }

  /** As if an earlier version had made the indexes: restarted with what says how their rows are laid out left out. */
  async forgetLayout(): Promise<void> {
    const path = join(this.#options.folder, 'indexes');
    await this.#indexes.close();
    const environment = await StorageEnvironment.open({
      path,
      columns: INDEX_COLUMNS,
      writer: new InlineWriter(),
      durable: false,
    });
    const batch = new WriteBatch();
    for (const { layout: _, ...state } of loadStates(new DurableView(environment))) {
      batch.put(INDEX_META, stateKey(state.number), encodeState(state));
    }
    await environment.commit(batch);
    await environment.close();
    this.#indexes = await openIndexes(this.#options, this.database, this.#documents, this.values, path);
  }

  /** What is in an index: its entries as JSON, sorted. */
  entries(name: string): readonly string[] {
    return entriesOf(this.index(name));
  }

  /** The same of all indexes, made from nothing now. */
  async rebuilt(): Promise<ReadonlyMap<string, readonly string[]>> {
    const path = join(this.#options.folder, `rebuilt-${this.#copies++}`);
    const indexes = await openIndexes(this.#options, this.database, this.#documents, this.values, path);
    for (const index of indexes.all) while (await index.indexSome());
    const entries = new Map(indexes.all.map((index) => [index.spec.name, entriesOf(index)]));
    await indexes.close();
    await rm(path, { recursive: true });
    return entries;
  }

  async close(): Promise<void> {
    await this.#indexes.close();
    await this.#leave();
    await this.database.close();
  }
}

async function openIndexes(
  { definitions, scripts, indexWriter = new OverlappingWriter() }: IndexedDatabaseOptions,
  database: Database,
  documents: IndexedDocuments,
  values: IndexedValues,
  path: string,
): Promise<LocalIndexes> {
  const indexes = await LocalIndexes.open({
    path,
    durable: false,
    writer: indexWriter,
    documents,
    outputs: (write) => writeOutputs(database, write),
    values: (keys) => values.read(keys),
    recall: (definition) => staticIndexSpec(definition, scripts),
  });
  await indexes.define(definitions.map((definition) => staticIndexSpec(definition, scripts)));
  return indexes;
}

function entriesOf({ reader, state }: LocalIndex): readonly string[] {
  return reader
    .entryRows([...reader.allEntries()])
    .flatMap((row) => {
      if (row === undefined) return [];
      const values = row.values.map((value, at) => [state.sources[at], value] as const);
      const shown = values
        .filter(([, value]) => value.length > 0)
        .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
      return [JSON.stringify([row.id, Object.fromEntries(shown)])];
    })
    .sort();
}
