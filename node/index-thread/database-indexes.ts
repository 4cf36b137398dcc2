import type { Database } from '../documents/database.ts';
import { supersededBy } from '../indexing/auto/choose-auto-index.ts';
import type { AutoIndexDefinition, StaticIndexDefinition } from '../indexing/definitions/index-definition.ts';
import { writeOutputs } from '../indexing/output/write-outputs.ts';
import type { ValueAt } from '../indexing/references/value-source.ts';
import type { MergeTurn } from '../indexing/store/merge-postings.ts';
import type { Logger } from '../observability/logger.ts';
import type { KnownValues } from '../scripting/value-lookup.ts';
import type { AskedQuery } from './asked-queries.ts';
import type { EntryField, SourcePage } from './debug-index.ts';
import { indexNameOf, type QueryExplanation } from './explain-query.ts';
import type { GroupTree } from './group-trees.ts';
import type { IndexHost } from './index-host.ts';
import { DEFINITION_WAIT_MS, READ_VALUE_CHARACTERS_MAX, VALUE_ROUNDS_MAX } from './limits.ts';
import type { PatchOutcome, PatchRequest } from './patch-document.ts';
import { RunningQueries } from './running-queries.ts';
import { IndexThreadError } from './thread-error.ts';
import {
  type IdsOutcome,
  type IndexCall,
  type IndexDefinitions,
  type IndexFacts,
  type IndexProgress,
  type IndexStatistics,
  type IndexTimes,
  type IndexWait,
  isValuesMissing,
  type OpenedAgain,
  type QueryOutcome,
  type StreamOutcome,
  type ThreadQuery,
  type Wish,
} from './thread-protocol.ts';
import { ThreadResidence } from './thread-residence.ts';
import type { IndexTrial, TrialOutcome } from './try-index.ts';

export interface DatabaseIndexesOptions {
  readonly host: IndexHost;
  readonly database: Database;
  /** Folder of the environment of the indexes. */
  readonly path: string;
  readonly durable: boolean;
  readonly logger: Logger;
  /** Compare-exchange values; absent: there are none. */
  readonly values?: DatabaseValues;
}

/** The compare-exchange values of a database, as this node has applied them. */
export interface DatabaseValues {
  /** As a ValueSource. `charactersMax`: of texts, beyond which no more are read; default: all are. */
  read(
    keys: readonly string[],
    what: 'texts' | 'indexes',
    charactersMax?: number,
  ): ReadonlyMap<string, ValueAt>;
  /** Told of changes: keys in lower case, all of them up to a Raft index; null: any may have changed. */
  onChange(listener: (keys: readonly string[] | null, raftIndex: number) => void): () => void;
}

/** The indexes of one open database, as the main thread sees them. */
export class DatabaseIndexes {
  readonly #options: DatabaseIndexesOptions;
  readonly #thread: ThreadResidence;
  readonly #leave: (() => Promise<void> | void)[] = [];
  /** Queries that are not answered yet. */
  readonly running: RunningQueries;
  /** What is to be done when a stream is closed, by its number. */
  readonly #streams = new Map<number, () => void>();
  #definitions: IndexDefinitions = { auto: [], static: [] };
  #defined: Promise<unknown> = Promise.resolve();
  readonly #definitionListeners = new Set<() => void>();
  #neededTombstoneEtag = 0;

  private constructor(options: DatabaseIndexesOptions) {
    this.#options = options;
    const { host, database, path, durable, logger } = options;
    const { name, nodeTag } = database;
    this.running = new RunningQueries(host.killSlots);
    const grant = (wish: Wish): Promise<unknown> => this.#grant(wish);
    this.#thread = new ThreadResidence({ host, name, nodeTag, path, durable, logger, grant });
  }

  static async open(options: DatabaseIndexesOptions): Promise<DatabaseIndexes> {
    const indexes = new DatabaseIndexes(options);
    const { database, values } = options;
    if (values !== undefined) {
      indexes.#leave.push(values.onChange((keys, raftIndex) => indexes.#onValues(keys, raftIndex)));
    }
    try {
      await indexes.#thread.open();
      indexes.#leave.push(
        await database.share({
          attach: (handle, columns, gate) => indexes.#thread.attach(handle, columns, gate),
          detach: () => indexes.#thread.detach(),
        }),
      );
      indexes.#leave.push(database.onCommit(() => indexes.#onCommit()));
      indexes.#leave.push(database.holdTombstones(() => indexes.#heldTombstones()));
    } catch (error) {
      await indexes.close();
      throw error;
    }
    return indexes;
  }

  /** Auto indexes that the record has. */
  get autoIndexes(): readonly AutoIndexDefinition[] {
    return this.#definitions.auto;
  }

  /** Indexes that somebody wrote. */
  get staticIndexes(): readonly StaticIndexDefinition[] {
    return this.#definitions.static;
  }

  /** The database's settings say that no index is made, on any node. */
  get isDisabled(): boolean {
    return this.#definitions.isDisabled === true;
  }

  /** @throws IndexThreadError IndexDefinitionError: why it makes no index */
  async validate(definition: StaticIndexDefinition): Promise<IndexFacts> {
    return (await this.#call({ kind: 'validate', definition })) as IndexFacts;
  }

  /** From now on the database has these indexes. */
  define(definitions: IndexDefinitions): void {
    if (JSON.stringify(definitions) === JSON.stringify(this.#definitions)) return;
    this.#definitions = definitions;
    this.#neededTombstoneEtag = 0;
    this.#defined = this.#thread.define(definitions).catch((error: unknown) => {
      this.#options.logger.error(`The indexes of ${this.#options.database.name} could not be set up`, {
        error: String(error),
      });
    });
    for (const listener of [...this.#definitionListeners]) listener();
  }

  /** Resolves when the thread has an auto index, or when it takes too long to hear of it. */
  async whenKnown(name: string): Promise<void> {
    const isKnown = (): boolean =>
      [...this.#definitions.auto, ...this.#definitions.static].some(({ Name }) => Name === name);
    if (!isKnown()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, DEFINITION_WAIT_MS);
        const listeners = this.#definitionListeners;
        function done(): void {
          clearTimeout(timer);
          listeners.delete(look);
          resolve();
        }
        function look(): void {
          if (isKnown()) done();
        }
        listeners.add(look);
      });
    }
    await this.#defined;
  }

  async query(query: ThreadQuery): Promise<QueryOutcome> {
    const outcome = await this.running.ask(query, (asked) =>
      this.#withValues((values) => ({ kind: 'query', query: { ...asked, ...values } })),
    );
    return outcome as QueryOutcome;
  }

  /** Name of the index that a query asks, or would make. */
  indexNameOf(query: ThreadQuery): string {
    return indexNameOf(query, this.#definitions.auto);
  }

  /** What can be said of a query without asking it. */
  async explain(query: ThreadQuery): Promise<QueryExplanation> {
    return (await this.#withValues((values) => ({
      kind: 'explain',
      query: { ...query, ...values },
    }))) as QueryExplanation;
  }

  /** Waits for indexes; gives the names of those that did not get there in time. */
  async waitFor(wait: IndexWait): Promise<readonly string[]> {
    return (await this.#call({ kind: 'wait', wait })) as readonly string[];
  }

  async openStream(query: ThreadQuery): Promise<StreamOutcome> {
    const { slot, end } = this.running.stream(query);
    try {
      const outcome = (await this.#withValues((values) => ({
        kind: 'openStream',
        query: { ...query, slot, ...values },
      }))) as StreamOutcome;
      if (outcome.kind === 'stream') this.#streams.set(outcome.stream, end);
      else end();
      return outcome;
    } catch (error) {
      end();
      throw error;
    }
  }

  /** JSON of the next results; empty at the end. */
  async readStream(stream: number, bytes: number): Promise<readonly Uint8Array[]> {
    return (await this.#call({ kind: 'readStream', stream, bytes })) as readonly Uint8Array[];
  }

  async closeStream(stream: number): Promise<void> {
    try {
      await this.#call({ kind: 'closeStream', stream });
    } finally {
      this.#streams.get(stream)?.();
      this.#streams.delete(stream);
    }
  }

  /** What a patch would write. */
  async patch(request: PatchRequest): Promise<PatchOutcome> {
    return (await this.#withValues((values) => ({
      kind: 'patch',
      request: { ...request, ...values },
    }))) as PatchOutcome;
  }

  /** Makes an index of some documents, asks it, and leaves nothing of it. */
  async tryOut(trial: IndexTrial): Promise<TrialOutcome> {
    return (await this.#withValues((values) => ({
      kind: 'try',
      trial: { ...trial, ...values },
    }))) as TrialOutcome;
  }

  async ids(query: ThreadQuery): Promise<IdsOutcome> {
    const outcome = await this.running.ask(query, (asked) =>
      this.#withValues((values) => ({ kind: 'ids', query: { ...asked, ...values } })),
    );
    return outcome as IdsOutcome;
  }

  async statistics(): Promise<readonly IndexStatistics[]> {
    await this.#defined;
    return (await this.#call({ kind: 'statistics' })) as readonly IndexStatistics[];
  }

  /** What stale indexes have left. */
  async progress(): Promise<readonly IndexProgress[]> {
    await this.#defined;
    return (await this.#call({ kind: 'progress' })) as readonly IndexProgress[];
  }

  /** Indexes that are to be replaced by what the record has: as they answer on this node now. */
  async replaced(): Promise<readonly StaticIndexDefinition[]> {
    await this.#defined;
    return (await this.#call({ kind: 'replaced' })) as readonly StaticIndexDefinition[];
  }

  /** Null: there is no such index. */
  async terms(
    index: string,
    field: string,
    after: string | null,
    count: number,
  ): Promise<readonly string[] | null> {
    return (await this.#call({ kind: 'terms', index, field, after, count })) as readonly string[] | null;
  }

  /** Null: there is no such index. */
  async entryFields(index: string): Promise<readonly EntryField[] | null> {
    return (await this.#call({ kind: 'entryFields', index })) as readonly EntryField[] | null;
  }

  /** Ids of documents that give values to groups; null: the index has no groups. */
  async sourceIds(index: string, page: SourcePage): Promise<readonly string[] | null> {
    return (await this.#call({ kind: 'sourceIds', index, page })) as readonly string[] | null;
  }

  /** How the groups of documents, by ids in lower case, came to their results; null: the index has no groups. */
  async groupTrees(index: string, lowerIds: readonly string[]): Promise<readonly GroupTree[] | null> {
    return (await this.#call({ kind: 'groupTrees', index, lowerIds })) as readonly GroupTree[] | null;
  }

  /** How long each index has worked. */
  async times(): Promise<readonly IndexTimes[]> {
    await this.#defined;
    return (await this.#call({ kind: 'times' })) as readonly IndexTimes[];
  }

  /** The queries that the database was asked lately, streams included. */
  async asked(): Promise<readonly AskedQuery[]> {
    return (await this.#call({ kind: 'asked' })) as readonly AskedQuery[];
  }

  async reset(index: string, isSideBySide: boolean): Promise<void> {
    await this.#call({ kind: 'reset', index, isSideBySide });
  }

  /** False: nothing is to replace the index. */
  async replace(index: string): Promise<boolean> {
    return (await this.#call({ kind: 'replace', index })) as boolean;
  }

  async clearErrors(index: string): Promise<void> {
    await this.#call({ kind: 'clearErrors', index });
  }

  /** One turn of merging blocks, from where the last one said; null: there is no such index. */
  async mergeTurn(index: string, from: Uint8Array | null): Promise<MergeTurn | null> {
    return (await this.#call({ kind: 'merge', index, from })) as MergeTurn | null;
  }

  /** Opens an index that this node could not open. */
  async openAgain(index: string): Promise<OpenedAgain> {
    await this.#defined;
    return (await this.#call({ kind: 'openAgain', index })) as OpenedAgain;
  }

  /** All of them were paused, and have not been resumed together since. */
  get areAllPaused(): boolean {
    return this.#thread.areAllPaused;
  }

  setPaused(index: string | null, isPaused: boolean): Promise<void> {
    return this.#thread.setPaused(index, isPaused);
  }

  /** Auto indexes that another one has taken the place of, and is up to date. */
  async superseded(): Promise<readonly string[]> {
    const { auto } = this.#definitions;
    if (auto.length < 2) return [];
    const upToDate = (await this.statistics()).filter(({ isStale }) => !isStale).map(({ name }) => name);
    const current = auto.filter(({ Name }) => upToDate.includes(Name));
    return [...new Set(current.flatMap((one) => supersededBy(one, auto)).map(({ Name }) => Name))];
  }

  async close(): Promise<void> {
    for (const leave of this.#leave.reverse()) await leave();
    await this.#thread.close();
  }

  get #isEmpty(): boolean {
    return this.#definitions.auto.length + this.#definitions.static.length === 0;
  }

  /** Makes the call again with the compare-exchange values that it turned out to need. */
  async #withValues(call: (known: { readonly values?: KnownValues }) => IndexCall): Promise<unknown> {
    let values: KnownValues | undefined;
    for (let round = 0; round < VALUE_ROUNDS_MAX; round++) {
      const result = await this.#call(call(values === undefined ? {} : { values }));
      if (!isValuesMissing(result)) return result;
      const found = this.#valuesOf(result.keys, 'texts');
      values = new Map([...(values ?? []), ...[...found].map(([key, { json }]) => [key, json] as const)]);
    }
    throw new IndexThreadError(
      'InvalidQueryError',
      `Compare-exchange values that are found by others, more than ${VALUE_ROUNDS_MAX} deep, are not served.`,
    );
  }

  #valuesOf(...[keys, ...how]: Parameters<DatabaseValues['read']>): ReadonlyMap<string, ValueAt> {
    const { values } = this.#options;
    return values?.read(keys, ...how) ?? new Map(keys.map((key) => [key, { index: 0, json: null }]));
  }

  async #grant(wish: Wish): Promise<unknown> {
    if (wish.kind === 'write') return writeOutputs(this.#options.database, wish.write);
    return this.#valuesOf(wish.keys, wish.what, READ_VALUE_CHARACTERS_MAX);
  }

  /** Only what somebody wrote looks up values. */
  #onValues(keys: readonly string[] | null, raftIndex: number): void {
    if (this.#definitions.static.length === 0) return;
    this.#thread.tell({ kind: 'valuesChanged', keys, raftIndex });
  }

  #call(call: IndexCall): Promise<unknown> {
    return this.#thread.call(call);
  }

  #onCommit(): void {
    if (this.#isEmpty) return;
    this.#call({ kind: 'committed' }).catch(() => {
      // The host has said so already; in the next thread, indexes go on from where they were.
    });
  }

  /** Deletions that an index has not seen are kept; asked for anew each time, since it costs a message only. */
  #heldTombstones(): number {
    if (this.#isEmpty) return Number.MAX_SAFE_INTEGER;
    this.#call({ kind: 'settle' }).then(
      (etag) => {
        this.#neededTombstoneEtag = etag as number;
      },
      () => {
        // Without an answer nothing more is let go.
      },
    );
    return this.#neededTombstoneEtag;
  }
}
