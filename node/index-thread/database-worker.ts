import type { AheadThread } from '../indexing/ahead/ahead-thread.ts';
import { DocumentsAhead } from '../indexing/ahead/documents-ahead.ts';
import { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndex, UpTo } from '../indexing/local/local-index.ts';
import { LocalIndexes } from '../indexing/local/local-indexes.ts';
import type { MergeTurn } from '../indexing/store/merge-postings.ts';
import type { ScriptEngine } from '../scripting/script-engine.ts';
import type { ValueLookup } from '../scripting/value-lookup.ts';
import type { OverlappingWriter } from '../storage/overlapping-writer.ts';
import { ReadGate } from '../storage/read-gate.ts';
import { SharedStorage } from '../storage/shared-storage.ts';
import { StorageClosedError, StorageError } from '../storage/storage-error.ts';
import { AskedMerges } from './asked-merges.ts';
import { DatabaseQueries } from './database-queries.ts';
import { DefinedSpecs } from './defined-specs.ts';
import { describeProgress } from './describe-progress.ts';
import { explainQuery } from './explain-query.ts';
import { IndexActivity } from './index-activity.ts';
import { IndexWaiters } from './index-waiters.ts';
import type { KillFlags } from './kill-flags.ts';
import { lookInto } from './look-into.ts';
import { lookingUp } from './looking-up.ts';
import { MergePace } from './merge-pace.ts';
import { patchDocument } from './patch-document.ts';
import { RunningTrials } from './running-trials.ts';
import { StorageRepair } from './storage-repair.ts';
import type { IndexCall, IndexDefinitions, IndexWait, OpenedAgain, Wish } from './thread-protocol.ts';
import { ThreadWishes } from './thread-wishes.ts';
import { type IndexTrial, type TrialOutcome, tryIndex } from './try-index.ts';

/** One database in the index thread: its documents, read through a shared handle, its indexes, and their queries. */
export class DatabaseWorker {
  readonly #writer: OverlappingWriter;
  readonly #ahead: AheadThread;
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
  readonly #queries: DatabaseQueries;
  readonly #trials = new RunningTrials();
  readonly #pace = new MergePace();
  readonly #merges = new AskedMerges();
  #mergeTimer: NodeJS.Timeout | undefined;
  readonly #repair = new StorageRepair(() => this.#reopenIndexes());
  #isRunning = false;
  #isWoken = false;

  constructor(
    writer: OverlappingWriter,
    ahead: AheadThread,
    scripts: ScriptEngine,
    flags: KillFlags,
    ask: (ticket: number, wish: Wish) => void,
  ) {
    this.#writer = writer;
    this.#ahead = ahead;
    this.#scripts = scripts;
    this.#specs = new DefinedSpecs(scripts);
    this.#wishes = new ThreadWishes(ask);
    this.#queries = new DatabaseQueries({
      scripts,
      flags,
      specs: this.#specs,
      activity: this.#activity,
      open: () => this.#required,
      nodeTag: () => this.#opened?.nodeTag ?? '?',
      definitions: () => this.#definitions,
      caughtUp: (index, upTo, waitMs) => this.#caughtUp(index, upTo, waitMs),
      wake: () => this.#wake(),
    });
  }

  /** A query that waits for nothing is answered at once. */
  call(call: IndexCall): unknown {
    if (call.kind !== 'query') return this.#call(call);
    this.#pace.asked(performance.now());
    return lookingUp(call.query.values, (values) => this.#queries.answer(call.query, values));
  }

  async #call(call: Exclude<IndexCall, { kind: 'query' }>): Promise<unknown> {
    switch (call.kind) {
      case 'open':
        this.#opened = call;
        this.#queries.streams.numberAfter(call.streamsAfter);
        return null;
      case 'attach':
        return this.#attach(call);
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
        return lookingUp(call.query.values, (values) => this.#queries.ids(call.query, values));
      case 'wait':
        return this.#waitFor(call.wait);
      case 'openStream':
        return lookingUp(call.query.values, (values) => this.#queries.openStream(call.query, values));
      case 'readStream':
        return this.#queries.streams.read(call.stream, call.bytes);
      case 'closeStream':
        this.#queries.streams.close(call.stream);
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
        while (this.#required.indexes.isWriting) await this.#required.indexes.written();
        return lookInto(call, { ...this.#required, activity: this.#activity });
      case 'progress': {
        const { documents, indexes } = this.#required;
        const looked = { documents, indexes, activity: this.#activity };
        return describeProgress(looked, () => this.#indexes === indexes);
      }
      case 'asked':
        return this.#queries.asked.all;
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
      case 'merge':
        return this.#askMerge(call.index, call.from);
      case 'openAgain':
        return this.#openAgain(call.index);
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

  async #attach({ handle, columns, gate }: Extract<IndexCall, { kind: 'attach' }>): Promise<null> {
    if (this.#opened === undefined) throw new StorageClosedError('The database was not opened.');
    const { path, durable } = this.#opened;
    this.#storage = await SharedStorage.open(handle, columns, new ReadGate('guest', gate));
    this.#documents = new IndexedDocuments(
      this.#storage,
      new DocumentsAhead(this.#ahead, { handle, columns }),
    );
    await this.#openIndexes(this.#documents, { path, durable });
    return null;
  }

  async #openIndexes(
    documents: IndexedDocuments,
    where: { readonly path: string; readonly durable: boolean },
  ): Promise<void> {
    this.#indexes = await LocalIndexes.open({
      ...where,
      writer: this.#writer,
      documents,
      outputs: this.#wishes.write,
      values: this.#wishes.readValues,
      recall: (definition) => this.#specs.recall(definition),
    });
    if (this.#isDefined) await this.#define(this.#definitions);
  }

  async #detach(): Promise<null> {
    const storage = this.#storage;
    const documents = this.#documents;
    this.#storage = undefined;
    this.#documents = undefined;
    this.#wishes.endAll();
    await this.#repair.ended();
    await this.#closeIndexes();
    await documents?.close();
    await storage?.close();
    return null;
  }

  /** Whoever waits for them gets nothing more. */
  async #closeIndexes(): Promise<void> {
    const indexes = this.#indexes;
    this.#indexes = undefined;
    clearTimeout(this.#mergeTimer);
    this.#waiters.endAll();
    this.#merges.endAll(new StorageClosedError('The indexes of this database are being closed.'));
    this.#queries.streams.closeAll();
    await this.#trials.ended();
    await this.#stopped();
    await indexes?.close();
  }

  /** As they are on the disk: what was not written is indexed once more. */
  async #reopenIndexes(): Promise<void> {
    const documents = this.#documents;
    const opened = this.#opened;
    if (documents === undefined || opened === undefined) return;
    await this.#closeIndexes();
    if (this.#documents === documents) await this.#openIndexes(documents, opened);
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

  #askMerge(index: string, from: Uint8Array | null): Promise<MergeTurn | null> {
    if (this.#indexes === undefined)
      throw new StorageClosedError('The indexes of this database are not open.');
    const turn = this.#merges.ask(index, from === null ? null : Buffer.from(from));
    this.#wake();
    return turn;
  }

  async #openAgain(name: string): Promise<OpenedAgain> {
    const wasFaulty = this.#specs.faultOf(name) !== undefined;
    if (wasFaulty) await this.#define(this.#definitions);
    return { wasFaulty, fault: this.#specs.faultOf(name) ?? null };
  }

  async #try(trial: IndexTrial, values: ValueLookup): Promise<TrialOutcome> {
    const { documents, indexes } = this.#required;
    const context = { documents, indexes, scripts: this.#scripts, isOpen: () => this.#indexes === indexes };
    const outcome = await this.#trials.run(() => tryIndex(trial, values, context));
    // What it has written is to be deleted.
    this.#wake();
    return outcome;
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

  /** Resolves when the index has everything up to there, or when time is up. */
  #caughtUp(index: LocalIndex, upTo: UpTo, waitMs: number): Promise<void> {
    const caughtUp = this.#waiters.caughtUp(index, upTo, waitMs);
    this.#wake();
    return caughtUp;
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
      this.#merges.endAll(error);
      const isMendable = error instanceof StorageError && !(error instanceof StorageClosedError);
      if (isMendable && this.#indexes !== undefined && this.#opened !== undefined)
        this.#repair.begin(this.#opened.path);
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
    if (await indexes.sweep()) isBusy = true;
    // Whoever waits for a merge need not wait until nothing is written any more.
    if (isBusy && this.#merges.isEmpty) return true;
    return (await this.#merge(indexes)) || isBusy;
  }

  /** One turn of it, or none yet. Resolves to whether the next one need not wait. */
  async #merge(indexes: LocalIndexes): Promise<boolean> {
    clearTimeout(this.#mergeTimer);
    const pauseMs = this.#pace.pauseMs(performance.now());
    if (pauseMs > 0) {
      this.#mergeTimer = setTimeout(() => this.#wake(), pauseMs);
      return false;
    }
    const isAsked = !this.#merges.isEmpty;
    if (isAsked) await this.#merges.next(indexes);
    const isMore =
      isAsked ||
      (await indexes.mergeSome((index) => this.#activity.follows(index, indexes.isReplaced(index))));
    if (isMore) this.#pace.merged(performance.now());
    return isMore;
  }

  /** A disk that is full, say. */
  #report(error: unknown): void {
    if (error instanceof StorageClosedError) return;
    process.emitWarning(
      `Indexing stopped until the storage of the indexes is opened again: ${error instanceof Error ? error.message : error}`,
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
