import type { DocumentReader } from '../../documents/document-reader.ts';
import { writeDocument } from '../../documents/document-writer.ts';
import { collectIds, parseIncludePath } from '../../documents/include-path.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import { INCLUDED_DOCUMENTS_MAX, INCLUDED_VALUES_MAX, RESULT_BYTES_MAX } from './limits.ts';
import { loadedBy } from './loaded-documents.ts';
import { onlyMetadata } from './only-metadata.ts';
import type { Projected, Projection } from './project.ts';
import type { QueryAnswer } from './query-answer.ts';
import type { FoundRow, Row } from './row.ts';
import type { RowFilter } from './row-filter.ts';
import type { QueryScripts } from './run-select.ts';

/** Gathers the rows of a page: skips, filters, drops repetitions, projects. */
export class Page {
  readonly #plan: QueryPlan;
  readonly #projection: Projection;
  readonly #reader: DocumentReader;
  readonly #scripts: QueryScripts;
  readonly #passes: RowFilter | undefined;
  readonly #seen = new Set<string>();
  readonly #results: Buffer[] = [];
  /** What scripts want to be included. */
  readonly #included = new Set<string>();
  readonly #rows: { readonly document: StoredDocument; readonly projected: Buffer | null }[] = [];
  #skip: number;
  #bytes = 0;
  /** Results, and rows that gave lists. */
  #taken = 0;
  #scanned = 0;
  #skipped = 0;
  /** Documents that were met, and of those the ones that the filter let pass. */
  met = 0;
  passed = 0;

  constructor(
    plan: QueryPlan,
    projection: Projection,
    passes: RowFilter | undefined,
    { reader, scripts }: { readonly reader: DocumentReader; readonly scripts: QueryScripts },
  ) {
    this.#plan = plan;
    this.#projection = projection;
    this.#reader = reader;
    this.#scripts = scripts;
    this.#skip = plan.skip;
    this.#passes = passes;
  }

  /** Takes the next document in order. False: the page is full. */
  take(found: FoundRow): boolean {
    const { document } = found;
    this.met++;
    if (this.#plan.take === 0 && !this.#countsOn) return false;
    let row: Row | undefined;
    if (this.#passes !== undefined) {
      if (this.#scanned >= (this.#plan.filterLimit ?? Number.POSITIVE_INFINITY)) return false;
      this.#scanned++;
      row = this.#rowOf(found);
      if (!this.#passes(row)) {
        this.#skipped++;
        return true;
      }
    }
    this.passed++;
    if (this.#isFull) return this.#countsOn;
    const projected = this.#projection(row ?? this.#rowOf(found));
    if (!isList(projected)) return this.#takeOne(document, projected);
    return this.#takeList(document, projected);
  }

  /** False: the page is full. */
  #takeOne(document: StoredDocument, projected: Projected): boolean {
    if (this.#isRepeated(document, projected.content)) {
      this.#skipped++;
      return true;
    }
    if (this.#skip > 0) {
      this.#skip--;
      return true;
    }
    this.#show(document, projected);
    return this.#goesOnAfterOneMore();
  }

  /**
   * A row that gives a list counts as one, so that pages lose none of its results; in a collection query only if it gives
   * any. With `distinct`, results are what counts.
   */
  #takeList(document: StoredDocument, list: readonly Projected[]): boolean {
    const isOfCollection = this.#plan.source.kind === 'collection';
    if (this.#plan.select?.distinct === true) {
      if (list.length === 0 && isOfCollection) this.#skipped++;
      return list.every((one) => this.#takeOne(document, one));
    }
    if (this.#skip > 0) {
      this.#skip--;
      return true;
    }
    if (list.length === 0 && isOfCollection) {
      this.#skipped++;
      return true;
    }
    for (const one of list) this.#show(document, one);
    return this.#goesOnAfterOneMore();
  }

  #goesOnAfterOneMore(): boolean {
    this.#taken++;
    return !this.#isFull || this.#countsOn;
  }

  #show(document: StoredDocument, { bytes, included }: Projected): void {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > RESULT_BYTES_MAX) {
      throw new InvalidQueryError(
        `The answer would have more than ${RESULT_BYTES_MAX} bytes: ask for a page of it with 'limit', or stream it`,
      );
    }
    this.#results.push(bytes);
    for (const id of included ?? []) this.#included.add(id);
    this.#rows.push({ document, projected: this.#plan.select === undefined ? null : bytes });
  }

  #rowOf(found: FoundRow): Row {
    const { document, stored } = found;
    return { document, stored, loaded: loadedBy(this.#plan, document, this.#reader) };
  }

  /** The rows that were gathered since the last call, for streams. */
  drain(): readonly Buffer[] {
    this.#bytes = 0;
    this.#rows.length = 0;
    this.#included.clear();
    return this.#results.splice(0);
  }

  /** The documents of the results, in their order. */
  get shown(): readonly StoredDocument[] {
    return this.#rows.map(({ document }) => document);
  }

  /** Bytes that wait to be drained. */
  get bytes(): number {
    return this.#bytes;
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
    | 'includedValueKeys'
    | 'scriptsRead'
  > {
    const { include, textPage } = this.#plan;
    return {
      totalResults,
      ...(textPage === undefined ? {} : { cappedMaxResults: this.#cappedBy(textPage, totalResults) }),
      scannedResults: this.#scanned,
      skippedResults: this.#skipped,
      durationMs: Math.round(performance.now() - startedMs),
      includedPaths: include.paths.length === 0 ? null : include.paths,
      results: this.#plan.shows === 'metadata' ? this.#results.map(onlyMetadata) : this.#results,
      includes: this.#includes(),
      includedValueKeys: this.#includedValueKeys(),
      scriptsRead: this.#included.size > 0 || this.#scripts.haveLoaded,
    };
  }

  get #isFull(): boolean {
    return this.#taken >= this.#plan.take;
  }

  #cappedBy({ skip, take }: { readonly skip: number; readonly take: number }, totalResults: number): number {
    if (totalResults < 0) return this.#results.length;
    return Math.max(0, Math.min(take, totalResults - skip));
  }

  /** Ids that were asked for are all counted, whatever the page, and what a filter lets pass when only that is asked. */
  get #countsOn(): boolean {
    const { source, take, filter } = this.#plan;
    if (source.kind !== 'collection') return false;
    if (take === 0 && filter !== undefined) return true;
    return source.documents !== 'all' && 'ids' in source.documents;
  }

  /** Whole documents come once; with `distinct`, so do equal rows. */
  #isRepeated(document: StoredDocument, content: () => string): boolean {
    const { select, keepsDuplicates } = this.#plan;
    const isOnce = select === undefined && !keepsDuplicates;
    const key = select?.distinct === true ? content() : isOnce ? document.lowerId : undefined;
    if (key === undefined) return false;
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }

  /** Null: the query includes none, whatever it finds. */
  #includedValueKeys(): readonly string[] | null {
    const paths = this.#plan.include.valuePaths.map(parseIncludePath);
    if (paths.length === 0) return null;
    const keys = new Set<string>();
    for (const { document, projected } of this.#rows) {
      const body: unknown = JSON.parse((projected ?? document.body).toString('utf8'));
      for (const path of paths) collectIds(body, path, keys);
    }
    if (keys.size > INCLUDED_VALUES_MAX) {
      throw new InvalidQueryError(
        `A query may include ${INCLUDED_VALUES_MAX} compare-exchange values, not ${keys.size}`,
      );
    }
    // Of keys that differ in case only there is one value: the first spelling stands.
    return [...new Map([...keys].reverse().map((key) => [key.toLowerCase(), key])).values()].reverse();
  }

  #includes(): (readonly [string, Buffer])[] {
    const paths = this.#plan.include.paths.map(parseIncludePath);
    const ids = new Set(this.#included);
    if (paths.length > 0) {
      for (const { document, projected } of this.#rows) {
        const body: unknown = JSON.parse((projected ?? document.body).toString('utf8'));
        for (const path of paths) if (!collectIds(body, path, ids)) ids.add(path.text);
      }
    }
    if (ids.size === 0) return [];
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

function isList(projected: Projected | readonly Projected[]): projected is readonly Projected[] {
  return Array.isArray(projected);
}
