import type { DocumentReader } from '../../../documents/document-reader.ts';
import type { LocalIndex } from '../../../indexing/local/local-index.ts';
import type { FieldValues } from '../../../indexing/values/index-value.ts';
import { jsonValues } from '../../../indexing/values/json-values.ts';
import { optionMember, optionsObject } from '../../plan/option-values.ts';
import type { ComparedBase, MoreLikeThisOptions, Predicate } from '../../plan/predicate.ts';
import type { QueryPlan } from '../../plan/query-plan.ts';
import { UnsuitedIndexError } from '../../query-error.ts';
import { evaluate, type SearchedIndex } from '../evaluate.ts';
import { searchedIndex } from '../execute-query.ts';
import { type ComparedField, tellingTerms } from './telling-terms.ts';

type MoreLikeThis = Extract<Predicate, { kind: 'moreLikeThis' }>;

interface Search {
  readonly plan: QueryPlan;
  readonly index: LocalIndex;
  readonly searched: SearchedIndex;
  readonly reader: DocumentReader;
}

/**
 * Finds what results are to be like, and says in terms of the index what that is.
 *
 * @throws UnsuitedIndexError when there is no such document, or none with the stop words
 */
export function findBases(plan: QueryPlan, index: LocalIndex, reader: DocumentReader): QueryPlan {
  const where = said(plan.where, { plan, index, searched: searchedIndex(index), reader });
  return where === plan.where ? plan : { ...plan, where, readsOthers: true };
}

function said(predicate: Predicate, search: Search): Predicate {
  switch (predicate.kind) {
    case 'moreLikeThis':
      return likeBase(predicate, search);
    case 'and':
    case 'or':
    case 'intersect': {
      const parts = predicate.parts.map((part) => said(part, search));
      return parts.every((part, at) => part === predicate.parts[at]) ? predicate : { ...predicate, parts };
    }
    case 'not':
    case 'boost':
    case 'optional': {
      const part = said(predicate.part, search);
      return part === predicate.part ? predicate : { ...predicate, part };
    }
    default:
      return predicate;
  }
}

/** The best first, unless the query has another order: a boost says so. */
function likeBase({ base, options }: MoreLikeThis, search: Search): Predicate {
  const { compared, id } = comparedFields(base, options, search);
  const terms = tellingTerms(compared, options, stopWordsOf(options, search.reader), search.index);
  const best = terms[0]?.weight ?? 1;
  const parts = terms.map(({ field, term, weight }): Predicate => {
    const asked: Predicate = { kind: 'anyTerm', field, terms: [term] };
    const factor = options.boost === undefined ? 1 : (options.boost * weight) / best;
    return { kind: 'boost', part: asked, factor };
  });
  const like: Predicate = parts.length === 0 ? { kind: 'none' } : { kind: 'or', parts };
  if (id === undefined) return like;
  return { kind: 'and', parts: [like, { kind: 'not', part: { kind: 'document', ids: [id] } }] };
}

/** `id`: of the document that is compared, which is not like itself; undefined when the query brought it. */
function comparedFields(
  base: ComparedBase,
  options: MoreLikeThisOptions,
  search: Search,
): { readonly compared: readonly ComparedField[]; readonly id?: string } {
  const { index } = search;
  const names = options.fields ?? defaultFields(index, base);
  const of = (valuesOf: (name: string, source: number) => FieldValues): readonly ComparedField[] =>
    names.flatMap((name) => {
      const field = index.fields.get(name);
      return field === undefined ? [] : [{ name, field, values: valuesOf(name, field.source) }];
    });
  if (base.kind === 'given') {
    return { compared: of((name) => jsonValues(base.document.get(name) ?? [])) };
  }
  const [entry] = evaluate(base.by, search.searched);
  const row = entry === undefined ? undefined : index.reader.entry(entry);
  if (row === undefined) {
    throw new UnsuitedIndexError(
      `Given filtering expression '${search.plan.text}' did not yield any documents that could be used as a base of comparison`,
    );
  }
  const rows = index.reader.entryRows([...index.reader.entriesOf(row.id.toLowerCase())]);
  return { compared: of((_, source) => rows.flatMap((one) => one?.values[source] ?? [])), id: row.id };
}

/** What an index keeps for this; all its fields where it keeps nothing, or where the query brings the document. */
function defaultFields({ spec, fields }: LocalIndex, base: ComparedBase): readonly string[] {
  const all = [...fields.keys()].filter((name) => name !== 'id()');
  const kept = all.filter((name) => spec.isCompared(name));
  return base.kind === 'given' || kept.length === 0 ? all : kept;
}

function stopWordsOf(
  { stopWordsDocumentId: id }: MoreLikeThisOptions,
  reader: DocumentReader,
): ReadonlySet<string> {
  if (id === undefined) return new Set();
  const [document] = reader.getMany([id]);
  if (document === undefined) throw new UnsuitedIndexError(`Stop words document ${id} could not be found`);
  const what = `the stop words '${id}'`;
  const members = optionsObject(JSON.parse(document.body.toString('utf8')), what);
  const words = optionMember.texts(members, 'StopWords', what) ?? [];
  return new Set(words.map((word) => word.toLowerCase()));
}
