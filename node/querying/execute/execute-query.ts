import { hash } from 'node:crypto';
import type { DocumentReader } from '../../documents/document-reader.ts';
import { documentTexts } from '../../documents/document-texts.ts';
import { writeDocument } from '../../documents/document-writer.ts';
import { collectIds, parseIncludePath } from '../../documents/include-path.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { IndexField } from '../../indexing/definitions/index-field.ts';
import type { IndexedDocuments } from '../../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { EntrySet } from '../../indexing/store/entry-set.ts';
import { jsonAt } from '../../json/json-path.ts';
import type { ScriptEngine } from '../../scripting/script-engine.ts';
import { compileWhere } from '../plan/compile-where.ts';
import { FieldNeeds } from '../plan/field-need.ts';
import { documentPath } from '../plan/names.ts';
import type { OrderKey } from '../plan/order.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { LoadItem } from '../rql/syntax-tree.ts';
import { collectionRows } from './collection-rows.ts';
import { documentFilter } from './document-filter.ts';
import { evaluate, type SearchedIndex } from './evaluate.ts';
import { INCLUDED_DOCUMENTS_MAX, RESULT_BYTES_MAX } from './limits.ts';
import { type Projection, type ProjectionScripts, projectionOf } from './project.ts';
import type { QueryAnswer } from './query-answer.ts';
import { type LoadedValue, NOTHING_LOADED, type Row } from './row.ts';
import { hasBoost, Scores } from './scores.ts';
import { sortEntries } from './sort-entries.ts';

export interface QueryContext {
  readonly scripts: ScriptEngine;
  readonly documents: IndexedDocuments;
  readonly nowMs: number;
}

/** A collection query: never stale, since it reads what is stored. */
export function queryCollection(plan: QueryPlan, context: QueryContext): QueryAnswer {
  const { source } = plan;
  if (source.kind !== 'collection') throw new TypeError('The plan is not one of a collection.');
  const startedMs = performance.now();
  const { documents } = context;
  return documents.read((reader) => {
    const page = new Page(
      plan,
      projectionOf(plan, 'collection', scriptsOf(context, reader)),
      reader,
      context,
    );
    for (const document of collectionRows(reader, source)) if (!page.take(document)) break;
    const total = totalOf(source, plan, page, documents);
    const lastEtag = documents.lastEtag(source.collection);
    return {
      ...page.answer(total, startedMs),
      indexName: `collection/${source.collection ?? '@all_docs'}`,
      indexTimestamp: null,
      lastQueryTime: null,
      isStale: false,
      resultEtag: etagOf('collection', source.collection, lastEtag, documents.count(source.collection)),
    };
  });
}

function totalOf(
  source: Extract<QueryPlan['source'], { kind: 'collection' }>,
  plan: QueryPlan,
  page: Page,
  documents: IndexedDocuments,
): number {
  if (plan.filter !== undefined) return page.passed;
  if (source.documents === 'all') return documents.count(source.collection);
  // Ids are few and all were looked at; a prefix is not counted to its end.
  return 'ids' in source.documents ? page.met : -1;
}

/** A query of an index, as far as the index is. */
export function queryIndex(plan: QueryPlan, index: LocalIndex, context: QueryContext): QueryAnswer {
  const startedMs = performance.now();
  const { documents, nowMs } = context;
  const lastQueriedMs = index.lastQueriedMs;
  index.lastQueriedMs = nowMs;
  const searched = searchedIndex(index);
  // What is read of the index is of this moment: it is written by this thread alone.
  const isStale = index.isStale();
  const entries = evaluate(plan.where, searched);
  const reader = documents.reader;
  const page = new Page(
    plan,
    projectionOf(plan, index.spec.reduce === undefined ? 'document' : 'group', scriptsOf(context, reader)),
    reader,
    context,
  );
  const order = plan.order.length === 0 && hasBoost(plan.where) ? BY_SCORE : plan.order;
  const scores = order.some(({ kind }) => kind === 'score') ? new Scores(plan.where, searched) : undefined;
  const ordered = sortEntries(entries, order, searched, (entry) => scores?.of(entry) ?? 0);
  for (const document of documentsOf(ordered, entries, index, reader)) if (!page.take(document)) break;
  return {
    ...page.answer(entries.length, startedMs),
    indexName: index.spec.name,
    indexTimestamp: index.state.lastIndexedAt,
    lastQueryTime: new Date(lastQueriedMs ?? nowMs).toISOString(),
    isStale,
    resultEtag: etagOf(index.spec.name, index.state, isStale),
  };
}

function scriptsOf({ scripts }: QueryContext, reader: DocumentReader): ProjectionScripts {
  return {
    engine: scripts,
    load: (id) => {
      const [document] = reader.getMany([id]);
      return document === undefined ? null : documentTexts(document);
    },
  };
}

const BY_SCORE: readonly OrderKey[] = [{ kind: 'score', descending: false }];

/** An index as queries see it. */
export function searchedIndex(index: LocalIndex): SearchedIndex {
  return {
    reader: index.reader,
    fields: index.spec.type.startsWith('Auto') ? index.fields : new WrittenFields(index.fields),
    unknownField: (name) => unknownField(name, index),
    randomSeed: String(Math.random()),
  };
}

/** A static index has a field once, however it is asked: `search(Name)` and `exact(Name)` are Name as it was defined. */
class WrittenFields extends Map<string, IndexField> {
  override get(name: string): IndexField | undefined {
    return super.get(name) ?? super.get(/^(?:search|exact)\((.*)\)$/.exec(name)?.[1] ?? '');
  }
}

/** An auto index has what its query needs; of a static one a field may be misspelt. */
function unknownField(name: string, { spec, state }: LocalIndex): InvalidQueryError | undefined {
  if (spec.type.startsWith('Auto') || state.entryCount === 0) return undefined;
  return new InvalidQueryError(
    `The field '${name}' is not indexed in '${spec.name}', cannot query/sort on fields that are not indexed`,
  );
}

const ROWS_READ_AT_ONCE = 64;

/** The documents of entries, in their order. One that is gone meanwhile is left out. */
function* documentsOf(
  ordered: Iterable<number>,
  all: EntrySet,
  index: LocalIndex,
  reader: DocumentReader,
): Generator<StoredDocument> {
  let slice: number[] = [];
  const size = Math.min(ROWS_READ_AT_ONCE, all.length);
  for (const entry of ordered) {
    slice.push(entry);
    if (slice.length < size) continue;
    yield* load(slice, index, reader);
    slice = [];
  }
  yield* load(slice, index, reader);
}

function* load(
  entries: readonly number[],
  index: LocalIndex,
  reader: DocumentReader,
): Generator<StoredDocument> {
  if (entries.length === 0) return;
  const ids = index.reader.entryRows(entries).flatMap((row) => (row === undefined ? [] : [row.id]));
  if (index.spec.reduce !== undefined) {
    const results = index.reader.groups(ids);
    for (const [at, id] of ids.entries()) {
      const json = results[at];
      if (json !== undefined) yield groupDocument(id, json);
    }
    return;
  }
  for (const document of reader.getMany(ids)) if (document !== undefined) yield document;
}

/** The result of a group, as far as it is like a document: it has no id and no change vector. */
function groupDocument(hash: string, json: Buffer): StoredDocument {
  return {
    kind: 'document',
    id: hash,
    lowerId: hash,
    etag: 0,
    changeVector: '',
    collection: '',
    flags: 0,
    lastModified: 0n,
    metadata: NO_METADATA,
    body: json,
  };
}

const NO_METADATA = Buffer.from('{}');

/** Gathers the rows of a page: skips, filters, drops repetitions, projects. */
class Page {
  readonly #plan: QueryPlan;
  readonly #projection: Projection;
  readonly #reader: DocumentReader;
  readonly #passes: ((document: StoredDocument) => boolean) | undefined;
  readonly #seen = new Set<string>();
  readonly #results: Buffer[] = [];
  readonly #rows: { readonly document: StoredDocument; readonly projected: Buffer | null }[] = [];
  #skip: number;
  #bytes = 0;
  #scanned = 0;
  #skipped = 0;
  /** Documents that were met, and of those the ones that the filter let pass. */
  met = 0;
  passed = 0;

  constructor(plan: QueryPlan, projection: Projection, reader: DocumentReader, { nowMs }: QueryContext) {
    this.#plan = plan;
    this.#projection = projection;
    this.#reader = reader;
    this.#skip = plan.skip;
    this.#passes = filterOf(plan, nowMs);
  }

  /** Takes the next document in order. False: the page is full. */
  take(document: StoredDocument): boolean {
    this.met++;
    if (this.#passes !== undefined) {
      if (this.#scanned >= (this.#plan.filterLimit ?? Number.POSITIVE_INFINITY)) return false;
      this.#scanned++;
      if (!this.#passes(document)) {
        this.#skipped++;
        return true;
      }
    }
    this.passed++;
    if (this.#isFull) return this.#countsOn;
    const row: Row = {
      document,
      loaded: loadedOf(this.#plan.load, document, this.#reader, this.#plan.alias),
    };
    const { bytes, content } = this.#projection(row);
    if (this.#isRepeated(document, content)) {
      this.#skipped++;
      return true;
    }
    if (this.#skip > 0) {
      this.#skip--;
      return true;
    }
    this.#bytes += bytes.byteLength;
    if (this.#bytes > RESULT_BYTES_MAX) {
      throw new InvalidQueryError(
        `The answer would have more than ${RESULT_BYTES_MAX} bytes: ask for a page of it with 'limit', or stream it`,
      );
    }
    this.#results.push(bytes);
    this.#rows.push({ document, projected: this.#plan.select === undefined ? null : bytes });
    return !this.#isFull || this.#countsOn;
  }

  answer(
    totalResults: number,
    startedMs: number,
  ): Pick<
    QueryAnswer,
    | 'totalResults'
    | 'cappedMaxResults'
    | 'scannedResults'
    | 'skippedResults'
    | 'durationMs'
    | 'includedPaths'
    | 'results'
    | 'includes'
  > {
    const { include, isPaged, skip, take } = this.#plan;
    const capped = Math.max(0, Math.min(take, totalResults - skip));
    return {
      totalResults,
      ...(isPaged ? { cappedMaxResults: totalResults < 0 ? this.#results.length : capped } : {}),
      scannedResults: this.#scanned,
      skippedResults: this.#skipped,
      durationMs: Math.round(performance.now() - startedMs),
      includedPaths: include.paths.length === 0 ? null : include.paths,
      results: this.#results,
      includes: this.#includes(),
    };
  }

  get #isFull(): boolean {
    return this.#results.length >= this.#plan.take;
  }

  /** Ids that were asked for are all counted, whatever the page. */
  get #countsOn(): boolean {
    const { source } = this.#plan;
    return source.kind === 'collection' && source.documents !== 'all' && 'ids' in source.documents;
  }

  /** Whole documents come once; with `distinct`, so do equal rows. */
  #isRepeated(document: StoredDocument, content: string): boolean {
    const { select } = this.#plan;
    const key = select?.distinct === true ? content : select === undefined ? document.lowerId : undefined;
    if (key === undefined) return false;
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }

  #includes(): (readonly [string, Buffer])[] {
    const paths = this.#plan.include.paths.map(parseIncludePath);
    if (paths.length === 0) return [];
    const ids = new Set<string>();
    for (const { document, projected } of this.#rows) {
      const body: unknown = JSON.parse((projected ?? document.body).toString('utf8'));
      for (const path of paths) if (!collectIds(body, path, ids)) ids.add(path.text);
    }
    if (ids.size > INCLUDED_DOCUMENTS_MAX) {
      throw new InvalidQueryError(`A query may include ${INCLUDED_DOCUMENTS_MAX} documents, not ${ids.size}`);
    }
    const shown = new Set(
      this.#rows.filter(({ projected }) => projected === null).map((row) => row.document.lowerId),
    );
    const wanted = [...ids].filter((id) => !shown.has(id.toLowerCase()));
    return this.#reader
      .getMany(wanted)
      .flatMap((document) =>
        document === undefined ? [] : [[document.id, writeDocument(document)] as const],
      );
  }
}

function filterOf(plan: QueryPlan, nowMs: number): ((document: StoredDocument) => boolean) | undefined {
  if (plan.filter === undefined) return undefined;
  const needs = new FieldNeeds();
  const { binder, alias } = plan;
  const predicate = compileWhere(plan.filter, {
    binder,
    needs,
    nowMs,
    ...(alias === undefined ? {} : { alias }),
  });
  return documentFilter(predicate, needs.all);
}

function loadedOf(
  items: readonly LoadItem[],
  document: StoredDocument,
  reader: DocumentReader,
  alias: string | undefined,
): ReadonlyMap<string, LoadedValue> {
  if (items.length === 0) return NOTHING_LOADED;
  const loaded = new Map<string, LoadedValue>();
  for (const item of items) loaded.set(item.alias, loadItem(item, document, loaded, reader, alias));
  return loaded;
}

function loadItem(
  { expression, alias: name, isArray }: LoadItem,
  document: StoredDocument,
  loaded: ReadonlyMap<string, LoadedValue>,
  reader: DocumentReader,
  alias: string | undefined,
): LoadedValue {
  if (expression.kind !== 'field') return null;
  const before = loaded.get(expression.parts[0]?.name ?? '');
  const isChained = before !== undefined && !Array.isArray(before);
  const from = isChained ? (before as StoredDocument | null) : document;
  const path = isChained
    ? documentPath({ kind: 'field', parts: expression.parts.slice(1) })
    : documentPath(expression, alias);
  const json = from === null ? undefined : jsonAt(from.body, path);
  const value: unknown = json === undefined ? null : JSON.parse(json.toString('utf8'));
  if (Array.isArray(value)) {
    if (!isArray) {
      throw new InvalidQueryError(
        `Attempted to read multiple values in field ${name}, but it isn't an array: did you forget '[]'?`,
      );
    }
    const ids = value.map((id) => (typeof id === 'string' ? id : ''));
    return reader.getMany(ids).map((found) => found ?? null);
  }
  const found = typeof value === 'string' && value !== '' ? (reader.getMany([value])[0] ?? null) : null;
  return isArray ? [found] : found;
}

/** Changes when the answer may: 63 bits, since clients take it for a signed number. */
function etagOf(...parts: readonly unknown[]): bigint {
  const digest = hash('sha256', JSON.stringify(parts), 'buffer') as Buffer;
  return digest.readBigInt64BE(0);
}
