import type { DocumentReader } from '../../documents/document-reader.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { IndexField } from '../../indexing/definitions/index-field.ts';
import type { DocumentsMoment, IndexedDocuments } from '../../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { ShownEntry } from '../../indexing/store/index-entry.ts';
import type { ScriptEngine } from '../../scripting/script-engine.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import { collectionRows } from './collection-rows.ts';
import { evaluateInTurns, type SearchedIndex } from './evaluate.ts';
import { explanations } from './explanations.ts';
import { highlightings } from './highlight/highlight.ts';
import { etagOf, indexMoment } from './index-moment.ts';
import { Page } from './page.ts';
import { projectionOf, type RowKind } from './project.ts';
import type { QueryAnswer } from './query-answer.ts';
import type { QueryWatch } from './query-watch.ts';
import { orderOf } from './result-order.ts';
import { type FoundRow, NOTHING_STORED } from './row.ts';
import { rowFilter } from './row-filter.ts';
import { QueryScripts } from './run-select.ts';

export interface QueryContext {
  readonly scripts: ScriptEngine;
  readonly documents: IndexedDocuments;
  readonly nowMs: number;
  /** Absent: nobody waits meanwhile. */
  readonly watch?: QueryWatch;
}

/** A collection query: never stale, since it reads what is stored, at one moment. Pauses as `queryIndex` does. */
export function* queryCollection(plan: QueryPlan, context: QueryContext): Generator<void, QueryAnswer> {
  return yield* context.documents.readInTurns((moment) => answerAt(moment, plan, context));
}

/** A collection query at a moment. */
export function* answerAt(
  { reader, figures }: DocumentsMoment,
  plan: QueryPlan,
  context: QueryContext,
): Generator<void, QueryAnswer> {
  const { source } = plan;
  if (source.kind !== 'collection') throw new TypeError('The plan is not one of a collection.');
  if (plan.include.explanations !== undefined) {
    throw new InvalidQueryError('Collection queries cannot return explanations.', plan.text);
  }
  if (plan.shows === 'entries') {
    throw new InvalidQueryError('Collection queries read no index: there are no entries to show', plan.text);
  }
  const startedMs = performance.now();
  const { watch } = context;
  const page = pageOf(plan, 'collection', context, reader);
  for (const document of collectionRows(reader, source)) {
    watch?.check();
    if (!page.take({ document, stored: NOTHING_STORED })) break;
    if (watch?.isTurnOver === true) yield;
  }
  const count = figures.count(source.collection);
  const lastEtag = figures.lastEtag(source.collection);
  return {
    ...page.answer(totalOf(source, plan, page, count), startedMs),
    indexName: `collection/${source.collection ?? '@all_docs'}`,
    indexTimestamp: null,
    lastQueryTime: null,
    isStale: false,
    withTimings: plan.include.timings,
    resultEtag: etagOf('collection', source.collection, lastEtag, count, context.documents.databaseId),
  };
}

function totalOf(
  source: Extract<QueryPlan['source'], { kind: 'collection' }>,
  plan: QueryPlan,
  page: Page,
  count: number,
): number {
  if (plan.filter !== undefined) return page.passed;
  if (source.documents === 'all') return count;
  // Ids are few and all were looked at; a prefix is not counted to its end.
  return 'ids' in source.documents ? page.met : -1;
}

/** A query of an index, as far as the index is. It pauses where others may have a turn: see `inOneMoment`. */
export function* queryIndex(
  plan: QueryPlan,
  index: LocalIndex,
  context: QueryContext,
): Generator<void, QueryAnswer> {
  const startedMs = performance.now();
  const { documents, watch } = context;
  const moment = indexMoment(index, context.nowMs);
  const searched = searchedIndex(index, watch);
  const entries = yield* evaluateInTurns(plan.where, searched);
  const reader = documents.reader;
  const page = pageOf(plan, kindOf(index), context, reader);
  const ordered = orderOf(plan, entries, searched);
  for (const row of rowsOf(
    ordered,
    Math.min(plan.skip + plan.take, entries.length),
    index,
    documents.shown,
  )) {
    watch?.check();
    if (!page.take(row)) break;
    if (watch?.isTurnOver === true) yield;
  }
  const { highlights } = plan.include;
  const isGrouped = index.spec.reduce !== undefined;
  return {
    ...page.answer(entries.length, startedMs),
    ...moment,
    ...(highlights.length === 0
      ? {}
      : { highlightings: highlightings(plan, page.shown, searched, isGrouped) }),
    ...(plan.include.explanations === undefined
      ? {}
      : { explanations: explanations(plan, page.shown, searched, isGrouped) }),
    withTimings: plan.include.timings,
  };
}

/** Where the rows of a query go. */
export function pageOf(plan: QueryPlan, kind: RowKind, context: QueryContext, reader: DocumentReader): Page {
  const scripts = new QueryScripts(context.scripts, reader);
  return new Page(plan, projectionOf(plan, kind, scripts), rowFilter(plan, kind, scripts, context.nowMs), {
    reader,
    scripts,
  });
}

export function kindOf({ spec }: LocalIndex): RowKind {
  return spec.reduce === undefined ? 'document' : 'group';
}

/** An index as queries see it. */
export function searchedIndex(index: LocalIndex, watch?: QueryWatch): SearchedIndex {
  return {
    reader: watch === undefined ? index.reader : index.reader.watched(watch.check),
    fields: index.spec.type.startsWith('Auto') ? index.fields : new WrittenFields(index.fields),
    unknownField: (name) => unknownField(name, index),
    state: index.state,
    randomSeed: Math.random(),
    ...(watch === undefined ? {} : { watch }),
  };
}

/** A static index has a field once, however it is asked: `search(Name)` and `exact(Name)` are Name as it was defined. */
class WrittenFields extends Map<string, IndexField> {
  override get(name: string): IndexField | undefined {
    return super.get(name) ?? super.get(writtenName(name));
  }
}

/** The name of a field without what a query wants of it. */
function writtenName(name: string): string {
  return /^(?:search|exact|vector\.search)\((.*)\)$/.exec(name)?.[1] ?? name;
}

/** An auto index has what its query needs; of a static one a field may be misspelt. */
function unknownField(name: string, { spec, state }: LocalIndex): InvalidQueryError | undefined {
  if (spec.type.startsWith('Auto') || state.entryCount === 0) return undefined;
  return new InvalidQueryError(
    `The field '${writtenName(name)}' is not indexed in '${spec.name}', cannot query/sort on fields that are not indexed`,
  );
}

const ROWS_READ_AT_ONCE = 64;

/** Where the documents of results are read. */
type DocumentSource = Pick<DocumentReader, 'getMany'>;

/**
 * The results that entries stand for, in their order. One that is gone meanwhile is left out.
 *
 * @param wanted how many will be taken, as far as one knows
 */
export function* rowsOf(
  ordered: Iterable<number>,
  wanted: number,
  index: LocalIndex,
  documents: DocumentSource,
): Generator<FoundRow> {
  let slice: number[] = [];
  const size = Math.max(1, Math.min(ROWS_READ_AT_ONCE, wanted));
  for (const entry of ordered) {
    slice.push(entry);
    if (slice.length < size) continue;
    yield* load(slice, index, documents);
    slice = [];
  }
  yield* load(slice, index, documents);
}

function* load(entries: readonly number[], index: LocalIndex, source: DocumentSource): Generator<FoundRow> {
  if (entries.length === 0) return;
  const rows = index.reader.shownEntries(entries);
  if (index.spec.reduce !== undefined) {
    const groups = entries.flatMap((entry, at) => {
      const hash = rows[at]?.id;
      return hash === undefined ? [] : [{ entry, hash }];
    });
    const results = index.reader.groups(groups);
    for (let at = 0; at < groups.length; at++) {
      const json = results[at];
      const { hash } = groups[at] as (typeof groups)[number];
      if (json !== undefined) yield { document: groupDocument(hash, json), stored: NOTHING_STORED };
    }
    return;
  }
  const found = rows.filter((row) => row !== undefined);
  const documents = source.getMany(found.map(({ id }) => id));
  for (let at = 0; at < found.length; at++) {
    const document = documents[at];
    if (document !== undefined) yield { document, stored: index.storedOf(found[at] as ShownEntry) };
  }
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
