import { chooseGroupIndex } from '../indexing/auto/auto-group.ts';
import { chooseAutoIndex } from '../indexing/auto/choose-auto-index.ts';
import { IndexDefinitionError, PendingRollingIndexError } from '../indexing/indexing-error.ts';
import { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndex, UpTo } from '../indexing/local/local-index.ts';
import { LocalIndexes } from '../indexing/local/local-indexes.ts';
import { answerJson, streamHead } from '../querying/execute/answer-json.ts';
import { answerFromIndex } from '../querying/execute/answer-query.ts';
import { queryCollection } from '../querying/execute/execute-query.ts';
import { findBases } from '../querying/execute/more-like-this/find-bases.ts';
import type { QueryAnswer } from '../querying/execute/query-answer.ts';
import { streamQuery } from '../querying/execute/query-stream.ts';
import { collectionIds, indexIds } from '../querying/execute/result-ids.ts';
import type { SummaryAnswer } from '../querying/execute/summary-answer.ts';
import { compileQuery, compileUpdate } from '../querying/plan/compile-query.ts';
import type { QueryPlan } from '../querying/plan/query-plan.ts';
import type { ScriptEngine } from '../scripting/script-engine.ts';
import type { ValueLookup } from '../scripting/value-lookup.ts';
import type { InlineWriter } from '../storage/inline-writer.ts';
import { SharedStorage } from '../storage/shared-storage.ts';
import { StorageClosedError } from '../storage/storage-error.ts';
import { DefinedSpecs } from './defined-specs.ts';
import { explainQuery } from './explain-query.ts';
import { IndexActivity } from './index-activity.ts';
import { IndexWaiters } from './index-waiters.ts';
import { lookInto } from './look-into.ts';
import { lookingUp } from './looking-up.ts';
import { OpenStreams } from './open-streams.ts';
import { patchDocument } from './patch-document.ts';
import { RunningTrials } from './running-trials.ts';
import type {
  IdsOutcome,
  IndexCall,
  IndexDefinitions,
  IndexMissing,
  IndexWait,
  QueryOutcome,
  StreamOutcome,
  ThreadQuery,
  Wish,
} from './thread-protocol.ts';
import { ThreadWishes } from './thread-wishes.ts';
import { type IndexTrial, type TrialOutcome, tryIndex } from './try-index.ts';

/** One database in the index thread: its documents, read through a shared handle, its indexes, and their queries. */
export class DatabaseWorker {
  readonly #writer: InlineWriter;
  readonly #scripts: ScriptEngine;
  #opened: Extract<IndexCall, { kind: 'open' }> | undefined;
  #storage: SharedStorage | undefined;
  #documents: IndexedDocuments | undefined;
  #indexes: LocalIndexes | undefined;
  #definitions: IndexDefinitions = { auto: [], static: [] };
  /** Before the record was heard of, nobody knows which of the stored indexes are to go. */
  #isDefined = false;
  readonly #specs: DefinedSpecs;
  readonly #activity = new IndexActivity();
  readonly #wishes: ThreadWishes;
  readonly #waiters = new IndexWaiters();
  readonly #streams = new OpenStreams();
  readonly #trials = new RunningTrials();
  #isRunning = false;
  #isWoken = false;

  constructor(writer: InlineWriter, scripts: ScriptEngine, ask: (ticket: number, wish: Wish) => void) {
    this.#writer = writer;
    this.#scripts = scripts;
    this.#specs = new DefinedSpecs(scripts);
    this.#wishes = new ThreadWishes(ask);
  }

  /** A query that waits for nothing is answered at once. */
  call(call: IndexCall): unknown {
    if (call.kind !== 'query') return this.#call(call);
    return lookingUp(call.query.values, (values) => this.#query(call.query, values));
  }

  async #call(call: Exclude<IndexCall, { kind: 'query' }>): Promise<unknown> {
    switch (call.kind) {
      case 'open':
        this.#opened = call;
        this.#streams.numberAfter(call.streamsAfter);
        return null;
      case 'attach':
        return this.#attach(call.handle, call.columns);
      case 'detach':
      case 'close':
        return this.#detach();
      case 'define':
        return this.#define(call.definitions);
      case 'validate':
        return this.#specs.factsOf(call.definition);
      case 'committed':
        this.#wake();
        return null;
      case 'explain':
        return lookingUp(call.query.values, (values) =>
          explainQuery(call.query, this.#definitions.auto, values),
        );
      case 'valuesChanged':
        if (this.#indexes?.valuesChanged(call.keys, call.raftIndex)) this.#wake();
        return null;
      case 'patch':
        return lookingUp(call.request.values, (values) =>
          patchDocument(call.request, this.#required.documents.reader, this.#scripts, values),
        );
      case 'ids':
        return lookingUp(call.query.values, (values) => this.#ids(call.query, values));
      case 'wait':
        return this.#waitFor(call.wait);
      case 'openStream':
        return lookingUp(call.query.values, (values) => this.#openStream(call.query, values));
      case 'readStream':
        return this.#streams.read(call.stream, call.bytes);
      case 'closeStream':
        this.#streams.close(call.stream);
        return null;
      case 'settle':
        return this.#required.indexes.settle();
      case 'statistics':
      case 'replaced':
      case 'terms':
      case 'entryFields':
      case 'sourceIds':
      case 'groupTrees':
      case 'times':
        return lookInto(call, { ...this.#required, activity: this.#activity });
      case 'try':
        return lookingUp(call.trial.values, (values) => this.#try(call.trial, values));
      case 'reset':
        await this.#required.indexes.reset(call.index, call.isSideBySide);
        this.#wake();
        return null;
      case 'replace':
        return this.#required.indexes.replaceNow(call.index);
      case 'granted':
        this.#wishes.settle(call.ticket, call.outcome);
        return null;
      case 'clearErrors':
        await this.#required.indexes.find(call.index)?.clearErrors();
        return null;
      case 'pause':
      case 'resume':
        this.#activity.setPaused(call.index, call.kind === 'pause');
        this.#wake();
        return null;
    }
  }

  get #required(): { readonly documents: IndexedDocuments; readonly indexes: LocalIndexes } {
    if (this.#documents === undefined || this.#indexes === undefined) {
      throw new StorageClosedError('The indexes of this database are not open.');
    }
    return { documents: this.#documents, indexes: this.#indexes };
  }

  async #attach(handle: bigint, columns: readonly string[]): Promise<null> {
    if (this.#opened === undefined) throw new StorageClosedError('The database was not opened.');
    const { path, durable } = this.#opened;
    this.#storage = await SharedStorage.open(handle, columns);
    this.#documents = new IndexedDocuments(this.#storage);
    this.#indexes = await LocalIndexes.open({
      path,
      durable,
      writer: this.#writer,
      documents: this.#documents,
      outputs: this.#wishes.write,
      values: this.#wishes.readValues,
      recall: (definition) => this.#specs.recall(definition),
    });
    if (this.#isDefined) await this.#define(this.#definitions);
    return null;
  }

  async #detach(): Promise<null> {
    const storage = this.#storage;
    const indexes = this.#indexes;
    this.#storage = undefined;
    this.#documents = undefined;
    this.#indexes = undefined;
    this.#waiters.endAll();
    this.#streams.closeAll();
    this.#wishes.endAll();
    await this.#trials.ended();
    await this.#stopped();
    await indexes?.close();
    await storage?.close();
    return null;
  }

  async #define(definitions: IndexDefinitions): Promise<null> {
    this.#definitions = definitions;
    this.#isDefined = true;
    this.#activity.define(definitions, this.#indexes?.all ?? []);
    if (this.#indexes === undefined) return null;
    await this.#indexes.define(this.#specs.of(definitions));
    this.#wake();
    return null;
  }

  #query(query: ThreadQuery, values: ValueLookup): QueryOutcome | Promise<QueryOutcome> {
    const nowMs = Date.now();
    const plan = compileQuery(query, nowMs, values);
    const { documents, indexes } = this.#required;
    const scripts = this.#scripts;
    if (plan.source.kind === 'collection') {
      return this.#outcome(queryCollection(plan, { documents, nowMs, scripts }), query, values);
    }
    const found = this.#indexFor(plan, indexes);
    if (!('index' in found)) return found;
    const { index } = found;
    const answer = (): QueryOutcome => {
      const context = { documents: this.#required.documents, nowMs, scripts };
      return this.#outcome(answerFromIndex(this.#withBases(plan, index), index, context), query, values);
    };
    if (query.waitMs === null) return answer();
    return this.#hasAll(index, documents, query.waitMs).then(answer);
  }

  #indexFor(plan: QueryPlan, indexes: LocalIndexes): { readonly index: LocalIndex } | IndexMissing {
    const { source } = plan;
    if (source.kind === 'collection') throw new TypeError('A collection query has no index.');
    if (source.kind === 'index') {
      const index = indexes.find(source.name);
      const fault = this.#specs.faultOf(source.name);
      if (fault !== undefined) throw new IndexDefinitionError(fault);
      if (index === undefined) return { kind: 'unknownIndex', name: source.name };
      this.#askedFor(index, indexes);
      return { index };
    }
    const { auto, pending = [] } = this.#definitions;
    // A narrower index that is made here answers before a wider one that is not.
    const choices = [auto.filter(({ Name }) => !pending.includes(Name)), auto].map((known) =>
      source.kind === 'group'
        ? chooseGroupIndex(source.collection, source.group, known)
        : chooseAutoIndex(source.collection, source.needs, known),
    );
    const choice = choices.find(({ kind }) => kind === 'existing') ?? choices[1];
    if (choice === undefined) throw new TypeError('No auto index was chosen.');
    const index = choice.kind === 'existing' ? indexes.find(choice.name) : undefined;
    if (index !== undefined) {
      this.#askedFor(index, indexes);
      return { index };
    }
    if (choice.kind === 'create') return { kind: 'needsIndex', definition: choice.definition };
    return { kind: 'unknownIndex', name: choice.name };
  }

  /** As the query without its paging gives them, each document once. */
  async #ids(query: ThreadQuery, values: ValueLookup): Promise<IdsOutcome> {
    const nowMs = Date.now();
    const { plan, update } = compileUpdate(query, nowMs, values);
    const { documents, indexes } = this.#required;
    if (plan.source.kind === 'collection') {
      return { kind: 'ids', ids: collectionIds(plan, documents), isStale: false, update };
    }
    const found = this.#indexFor(plan, indexes);
    if (!('index' in found)) return found;
    if (query.waitMs !== null) await this.#hasAll(found.index, documents, query.waitMs);
    const { ids, isStale } = indexIds(this.#withBases(plan, found.index), found.index);
    return { kind: 'ids', ids, isStale, update };
  }

  async #openStream(query: ThreadQuery, values: ValueLookup): Promise<StreamOutcome> {
    const nowMs = Date.now();
    const plan = compileQuery(query, nowMs, values);
    const { documents, indexes } = this.#required;
    const found = plan.source.kind === 'collection' ? { index: null } : this.#indexFor(plan, indexes);
    if (!('index' in found)) return found;
    if (found.index !== null && query.waitMs !== null) {
      await this.#hasAll(found.index, documents, query.waitMs);
    }
    const context = { documents: this.#required.documents, nowMs, scripts: this.#scripts };
    const settled = found.index === null ? plan : this.#withBases(plan, found.index);
    const stream = streamQuery(settled, found.index, context);
    if (values.missing.length === 0) values.seal();
    return { kind: 'stream', stream: this.#streams.add(stream), head: streamHead(stream.head) };
  }

  async #try(trial: IndexTrial, values: ValueLookup): Promise<TrialOutcome> {
    const { documents, indexes } = this.#required;
    const context = { documents, indexes, scripts: this.#scripts, isOpen: () => this.#indexes === indexes };
    const outcome = await this.#trials.run(() => tryIndex(trial, values, context));
    // What it has written is to be deleted.
    this.#wake();
    return outcome;
  }

  /** What `moreLikeThis` compares with is found in the index as it is now. */
  #withBases(plan: QueryPlan, index: LocalIndex): QueryPlan {
    return findBases(plan, index, this.#required.documents.reader);
  }

  #outcome(
    answer: QueryAnswer | SummaryAnswer,
    { knownEtag, extras }: ThreadQuery,
    { isUsed }: ValueLookup,
  ): QueryOutcome {
    const etag = String(answer.resultEtag);
    const included = 'includedValueKeys' in answer ? answer.includedValueKeys : null;
    const includedValueKeys = included ?? (isUsed ? [] : null);
    // Of compare-exchange values the etag says nothing.
    if (knownEtag === etag && includedValueKeys === null) return { kind: 'notModified' };
    const body = answerJson(answer, this.#opened?.nodeTag ?? '?', extras);
    return { kind: 'answer', body, etag, includedValueKeys };
  }

  async #waitFor({ indexes: names, upToEtag, timeoutMs }: IndexWait): Promise<readonly string[]> {
    const { indexes } = this.#required;
    const asked =
      names === null
        ? indexes.all.filter((index) => this.#activity.isAwaited(index, indexes.isReplaced(index)))
        : names.flatMap((name) => indexes.find(name) ?? []);
    for (const index of asked) if (this.#activity.wake(index)) this.#wake();
    const waits = asked.map((index) => ({ index, upTo: index.upTo(upToEtag) }));
    await Promise.all(waits.map(({ index, upTo }) => this.#caughtUp(index, upTo, timeoutMs)));
    return waits.filter(({ index, upTo }) => index.isStale(upTo)).map(({ index }) => index.spec.name);
  }

  #hasAll(index: LocalIndex, documents: IndexedDocuments, waitMs: number): Promise<void> {
    return this.#caughtUp(index, index.upTo(documents.lastEtag(null)), waitMs);
  }

  /** Resolves when the index has everything up to there, or when time is up. */
  #caughtUp(index: LocalIndex, upTo: UpTo, waitMs: number): Promise<void> {
    const caughtUp = this.#waiters.caughtUp(index, upTo, waitMs);
    this.#wake();
    return caughtUp;
  }

  /** An idle index goes on as soon as it is asked; one whose turn has not come here is to be asked elsewhere. */
  #askedFor(index: LocalIndex, indexes: LocalIndexes): void {
    if (this.#activity.isPending(index, indexes.isReplaced(index))) {
      throw new PendingRollingIndexError(index.spec.name, this.#opened?.nodeTag ?? '?');
    }
    if (this.#activity.wake(index)) this.#wake();
  }

  #wake(): void {
    this.#isWoken = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(() => void this.#run());
  }

  /** Batch after batch, with a turn for queries in between, until nothing is left. */
  async #run(): Promise<void> {
    try {
      while (this.#isWoken && this.#indexes !== undefined) {
        this.#isWoken = false;
        if (await this.#pass(this.#indexes)) this.#isWoken = true;
        this.#waiters.settle();
        await new Promise(setImmediate);
      }
    } catch (error) {
      this.#report(error);
    } finally {
      this.#isRunning = false;
      this.#ended?.();
    }
  }

  async #pass(indexes: LocalIndexes): Promise<boolean> {
    let isBusy = false;
    for (const index of [...indexes.all, ...indexes.replacements]) {
      if (this.#indexes !== indexes) return false;
      if (!this.#activity.follows(index, indexes.isReplaced(index))) continue;
      if (await index.indexSome()) isBusy = true;
      this.#waiters.settle();
      await new Promise(setImmediate);
    }
    await indexes.replace((index) => !this.#activity.isPending(index, false));
    if ((await indexes.sweep()) || isBusy) return true;
    return indexes.mergeSome((index) => this.#activity.follows(index, indexes.isReplaced(index)));
  }

  /** A disk that is full, say: the next commit, or the reopening of the storage, tries again. */
  #report(error: unknown): void {
    if (error instanceof StorageClosedError) return;
    process.emitWarning(
      `Indexing stopped until the next change: ${error instanceof Error ? error.message : error}`,
    );
  }

  #ended: (() => void) | undefined;

  /** Resolves when no batch is being made. */
  async #stopped(): Promise<void> {
    if (!this.#isRunning) return;
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    this.#ended = undefined;
  }
}
