import { chooseGroupIndex } from '../indexing/auto/auto-group.ts';
import { type AutoIndexChoice, chooseAutoIndex } from '../indexing/auto/choose-auto-index.ts';
import type { AutoIndexDefinition } from '../indexing/definitions/index-definition.ts';
import { IndexDefinitionError, PendingRollingIndexError } from '../indexing/indexing-error.ts';
import type { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndex, UpTo } from '../indexing/local/local-index.ts';
import type { LocalIndexes } from '../indexing/local/local-indexes.ts';
import { answerJson, streamHead } from '../querying/execute/answer-json.ts';
import { answerFromIndex } from '../querying/execute/answer-query.ts';
import { type QueryContext, queryCollection } from '../querying/execute/execute-query.ts';
import { findBases } from '../querying/execute/more-like-this/find-bases.ts';
import type { QueryAnswer } from '../querying/execute/query-answer.ts';
import { type QueryStream, streamCollection, streamIndex } from '../querying/execute/query-stream.ts';
import { QueryWatch } from '../querying/execute/query-watch.ts';
import { collectionIds, indexIds } from '../querying/execute/result-ids.ts';
import type { SummaryAnswer } from '../querying/execute/summary-answer.ts';
import { wholeEtag } from '../querying/execute/whole-etag.ts';
import { compileQuery, compileUpdate } from '../querying/plan/compile-query.ts';
import type { QueryPlan } from '../querying/plan/query-plan.ts';
import type { ScriptEngine } from '../scripting/script-engine.ts';
import type { ValueLookup } from '../scripting/value-lookup.ts';
import { StorageClosedError } from '../storage/storage-error.ts';
import { AskedQueries } from './asked-queries.ts';
import type { DefinedSpecs } from './defined-specs.ts';
import type { IndexActivity } from './index-activity.ts';
import type { KillFlags } from './kill-flags.ts';
import { STALE_WAIT_MS } from './limits.ts';
import { OpenStreams } from './open-streams.ts';
import type {
  IdsOutcome,
  IndexDefinitions,
  IndexMissing,
  QueryOutcome,
  StreamOutcome,
  ThreadQuery,
} from './thread-protocol.ts';

export interface DatabaseQueriesOptions {
  readonly scripts: ScriptEngine;
  readonly flags: KillFlags;
  readonly specs: DefinedSpecs;
  readonly activity: IndexActivity;
  /** @throws StorageClosedError */
  readonly open: () => { readonly documents: IndexedDocuments; readonly indexes: LocalIndexes };
  readonly nodeTag: () => string;
  readonly definitions: () => IndexDefinitions;
  /** Resolves when the index has everything up to there, or is deleted, or when time is up. */
  readonly caughtUp: (index: LocalIndex, upTo: UpTo, waitMs: number) => Promise<void>;
  /** An index has something to do. */
  readonly wake: () => void;
}

type Found = { readonly index: LocalIndex } | IndexMissing;

interface PlannedQuery {
  readonly plan: QueryPlan;
  readonly query: ThreadQuery;
  readonly values: ValueLookup;
  readonly nowMs: number;
}

interface Asked extends PlannedQuery {
  /** Of all documents, when the query began. */
  readonly lastEtag: number;
}

/** The queries of one database in the index thread. */
export class DatabaseQueries {
  readonly #options: DatabaseQueriesOptions;
  readonly streams: OpenStreams;
  readonly asked = new AskedQueries();

  constructor(options: DatabaseQueriesOptions) {
    this.#options = options;
    this.streams = new OpenStreams(() => (this.#indexes.isWriting ? this.#indexes.written() : null));
  }

  /** One that waits for nothing and is quick is answered at once. */
  answer(query: ThreadQuery, values: ValueLookup): QueryOutcome | Promise<QueryOutcome> {
    const nowMs = Date.now();
    const plan = compileQuery(query, nowMs, values);
    if (plan.source.kind === 'collection') {
      this.asked.note(query.query, nowMs, null);
      const context = this.#context(query, nowMs);
      const asked = this.#asked({ plan, query, values, nowMs });
      return this.#inTurns(queryCollection(plan, context), context.watch, (answer) =>
        this.#outcome(answer, asked),
      );
    }
    const answered = (found: Found): QueryOutcome | Promise<QueryOutcome> =>
      'index' in found
        ? this.#whenWritten(() => this.#answerFrom(found.index, { plan, query, values, nowMs }))
        : found;
    if (query.waitMs === null) return answered(this.#indexFor(plan));
    return this.#awaited(plan, query.waitMs).then(answered);
  }

  /** As the query without its paging gives them, each document once. */
  async ids(query: ThreadQuery, values: ValueLookup): Promise<IdsOutcome> {
    const { plan, update } = compileUpdate(query, Date.now(), values);
    if (plan.source.kind === 'collection') {
      const watch = this.#watchOf(query);
      const steps = collectionIds(plan, this.#options.open().documents, watch);
      return this.#inTurns(steps, watch, (ids) => ({ kind: 'ids', ids, isStale: false, update }));
    }
    const found = await this.#awaited(plan, query.waitMs);
    if (!('index' in found)) return found;
    while (this.#indexes.isWriting) await this.#indexes.written();
    const watch = this.#watchOf(query);
    const steps = indexIds(this.#withBases(plan, found.index), found.index, watch);
    return this.#inTurns(untilDropped(steps, found.index), watch, (answer) =>
      // The index was deleted, or replaced, in the middle of it.
      answer === undefined ? this.ids(query, values) : { kind: 'ids', ...answer, update },
    );
  }

  async openStream(query: ThreadQuery, values: ValueLookup): Promise<StreamOutcome> {
    const nowMs = Date.now();
    const plan = compileQuery(query, nowMs, values);
    const found =
      plan.source.kind === 'collection' ? { index: null } : await this.#awaited(plan, query.waitMs);
    if (!('index' in found)) return found;
    this.asked.note(query.query, nowMs, found.index?.spec.name ?? null);
    while (found.index !== null && this.#indexes.isWriting) await this.#indexes.written();
    const context = this.#context(query, nowMs);
    const stream =
      found.index === null
        ? streamCollection(plan, context)
        : await this.#openedStream(plan, found.index, context);
    // The index was deleted, or replaced, in the middle of it.
    if (stream === undefined) return this.openStream(query, values);
    if (values.missing.length === 0) values.seal();
    return { kind: 'stream', stream: this.streams.add(stream), head: streamHead(stream.head) };
  }

  #openedStream(
    plan: QueryPlan,
    index: LocalIndex,
    context: QueryContext & { readonly watch: QueryWatch },
  ): QueryStream | undefined | Promise<QueryStream | undefined> {
    const steps = streamIndex(this.#withBases(plan, index), index, context);
    return this.#inTurns(untilDropped(steps, index), context.watch, (stream) => stream);
  }

  #context(query: ThreadQuery, nowMs: number): QueryContext & { readonly watch: QueryWatch } {
    const { open, scripts } = this.#options;
    return { documents: open().documents, nowMs, scripts, watch: this.#watchOf(query) };
  }

  #watchOf({ slot }: ThreadQuery): QueryWatch {
    return new QueryWatch(() => slot !== undefined && this.#options.flags.isSet(slot));
  }

  #answerFrom(
    index: LocalIndex,
    { plan, query, values, nowMs }: PlannedQuery,
  ): QueryOutcome | Promise<QueryOutcome> {
    this.asked.note(query.query, nowMs, index.spec.name);
    const context = this.#context(query, nowMs);
    const asked = this.#asked({ plan: this.#withBases(plan, index), query, values, nowMs });
    const steps = answerFromIndex(asked.plan, index, context);
    return this.#inTurns(
      untilDropped(steps, index),
      context.watch,
      // The index was deleted, or replaced, in the middle of it.
      (answer) => (answer === undefined ? this.answer(query, values) : this.#outcome(answer, asked)),
    );
  }

  /** Runs it as soon as the indexes may be read: at once, nearly always. */
  #whenWritten<Outcome>(body: () => Outcome | Promise<Outcome>): Outcome | Promise<Outcome> {
    const indexes = this.#indexes;
    return indexes.isWriting ? indexes.written().then(() => this.#whenWritten(body)) : body();
  }

  get #indexes(): LocalIndexes {
    return this.#options.open().indexes;
  }

  /** What is done with the first turn is answered at once. */
  #inTurns<Answer, Outcome>(
    steps: Generator<void, Answer>,
    watch: QueryWatch,
    outcomeOf: (answer: Answer) => Outcome | Promise<Outcome>,
  ): Outcome | Promise<Outcome> {
    const { done, value } = steps.next();
    return done === true ? outcomeOf(value) : this.#furtherTurns(steps, watch).then(outcomeOf);
  }

  async #furtherTurns<Answer>(steps: Generator<void, Answer>, watch: QueryWatch): Promise<Answer> {
    const { indexes } = this.#options.open();
    try {
      for (;;) {
        watch.pause();
        await new Promise(setImmediate);
        while (this.#indexes.isWriting) await this.#indexes.written();
        if (this.#options.open().indexes !== indexes) {
          throw new StorageClosedError('The database was closed in the middle of the query.');
        }
        watch.resume();
        const { done, value } = steps.next();
        if (done === true) return value;
      }
    } finally {
      steps.return(undefined as never);
    }
  }

  /** The index of the plan, once it has what was written. One that is deleted meanwhile is looked for again. */
  async #awaited(plan: QueryPlan, waitMs: number | null): Promise<Found> {
    const until = performance.now() + (waitMs !== null && waitMs > 0 ? waitMs : STALE_WAIT_MS);
    for (;;) {
      const found = this.#indexFor(plan);
      if (!('index' in found) || waitMs === null) return found;
      const { index } = found;
      const upTo = index.upTo(this.#options.open().documents.lastEtag(null));
      await this.#options.caughtUp(index, upTo, Math.max(1, until - performance.now()));
      if (!index.isDropped) return found;
    }
  }

  #indexFor(plan: QueryPlan): Found {
    const { source } = plan;
    const { indexes } = this.#options.open();
    if (source.kind === 'collection') throw new TypeError('A collection query has no index.');
    if (source.kind === 'index') {
      const index = indexes.find(source.name);
      const fault = this.#options.specs.faultOf(source.name);
      if (fault !== undefined) throw new IndexDefinitionError(fault);
      if (index === undefined) return { kind: 'unknownIndex', name: source.name };
      this.#askedFor(index, indexes);
      return { index };
    }
    const { auto, pending = [] } = this.#options.definitions();
    const choose = (known: readonly AutoIndexDefinition[]): AutoIndexChoice =>
      source.kind === 'group'
        ? chooseGroupIndex(source.collection, source.group, known)
        : chooseAutoIndex(source.collection, source.needs, known);
    let choice = choose(pending.length === 0 ? auto : auto.filter(({ Name }) => !pending.includes(Name)));
    // A narrower index that is made here answers before a wider one that is not.
    if (pending.length > 0 && choice.kind !== 'existing') choice = choose(auto);
    const index = choice.kind === 'existing' ? indexes.find(choice.name) : undefined;
    if (index !== undefined) {
      this.#askedFor(index, indexes);
      return { index };
    }
    if (choice.kind === 'create') return { kind: 'needsIndex', definition: choice.definition };
    return { kind: 'unopenedIndex', name: choice.name };
  }

  /** An idle index goes on as soon as it is asked; one whose turn has not come here is to be asked elsewhere. */
  #askedFor(index: LocalIndex, indexes: LocalIndexes): void {
    const { activity, nodeTag, wake } = this.#options;
    if (activity.isPending(index, indexes.isReplaced(index))) {
      throw new PendingRollingIndexError(index.spec.name, nodeTag());
    }
    if (activity.wake(index)) wake();
  }

  /** What `moreLikeThis` compares with is found in the index as it is now. */
  #withBases(plan: QueryPlan, index: LocalIndex): QueryPlan {
    return findBases(plan, index, this.#options.open().documents.reader);
  }

  #asked(query: PlannedQuery): Asked {
    return { ...query, lastEtag: this.#options.open().documents.lastEtag(null) };
  }

  #outcome(
    found: QueryAnswer | SummaryAnswer,
    { plan, query: { knownEtag, extras }, values: { isUsed }, lastEtag }: Asked,
  ): QueryOutcome {
    const resultEtag = wholeEtag(found, plan, lastEtag);
    const answer = resultEtag === found.resultEtag ? found : { ...found, resultEtag };
    const etag = String(answer.resultEtag);
    const included = 'includedValueKeys' in found ? found.includedValueKeys : null;
    const includedValueKeys = included ?? (isUsed ? [] : null);
    // Of compare-exchange values the etag says nothing.
    if (knownEtag === etag && includedValueKeys === null) return { kind: 'notModified' };
    const body = answerJson(answer, this.#options.nodeTag(), extras);
    return { kind: 'answer', body, etag, includedValueKeys };
  }
}

/** Undefined: after a pause the index was no longer there. */
function* untilDropped<Answer>(
  steps: Generator<void, Answer>,
  index: LocalIndex,
): Generator<void, Answer | undefined> {
  try {
    for (;;) {
      if (index.isDropped) return undefined;
      const { done, value } = steps.next();
      if (done === true) return value;
      yield;
    }
  } finally {
    steps.return(undefined as never);
  }
}
