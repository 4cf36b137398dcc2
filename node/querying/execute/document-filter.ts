import type { StoredDocument } from '../../documents/stored-document.ts';
import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { fieldTerms } from '../../indexing/store/field-terms.ts';
import { TEXT_TERM, type Term } from '../../indexing/store/term.ts';
import type { TermRange } from '../../indexing/store/term-range.ts';
import { fieldReader } from '../../indexing/values/field-reader.ts';
import type { FieldValues } from '../../indexing/values/index-value.ts';
import type { FieldNeed } from '../plan/field-need.ts';
import type { Predicate } from '../plan/predicate.ts';
import { UnknownMethodError } from '../query-error.ts';
import { compareFields } from './compare-fields.ts';
import { matchesOf } from './timed-pattern.ts';

/**
 * A predicate as a test of a document, without any index: what `filter` does, and what an index must agree with.
 * `needs` are the fields that the predicate uses.
 */
export function documentFilter(
  predicate: Predicate,
  needs: readonly FieldNeed[],
): (document: StoredDocument) => boolean {
  const read = namedValues(needs.map(({ name }) => name));
  return (document) => holds(predicate, document, read(document));
}

/** The values of fields, by their names. */
export type ValuesByName = ReadonlyMap<string, FieldValues>;

/** Reads fields of a document; its id is there, too. */
export function namedValues(
  names: readonly string[],
): (document: StoredDocument) => Map<string, FieldValues> {
  const read = fieldReader(names);
  return (document) => {
    const values = read(document);
    const byName = new Map(names.map((name, at) => [name, values[at] ?? []]));
    return byName.set('id()', [document.id]);
  };
}

/** Does the predicate hold for a document with these values? */
export function holds(predicate: Predicate, document: StoredDocument, values: ValuesByName): boolean {
  switch (predicate.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return predicate.parts.every((part) => holds(part, document, values));
    case 'or':
      return predicate.parts.some((part) => holds(part, document, values));
    case 'not':
      return !holds(predicate.part, document, values);
    case 'boost':
      return holds(predicate.part, document, values);
    case 'document':
      return predicate.ids.some((id) => id.toLowerCase() === document.lowerId);
    case 'documentPrefix':
      return document.lowerId.startsWith(predicate.prefix.toLowerCase());
    case 'fields':
      return compareFields(
        predicate.operator,
        values.get(predicate.left) ?? [],
        values.get(predicate.right) ?? [],
      );
    case 'intersect':
      // Of one document there is one entry.
      return predicate.parts.every((part) => holds(part, document, values));
    case 'vector':
      throw new UnknownMethodError('vector.search in a filter');
    case 'phrase':
    case 'search':
    case 'spatial':
    case 'lucene':
    case 'fuzzy':
    case 'proximity':
    case 'optional':
    case 'moreLikeThis':
      throw new UnknownMethodError(`${predicate.kind} in a filter`);
    default:
      return holdsForTerms(predicate, termsOf(predicate.field, values));
  }
}

function holdsForTerms(
  predicate: Extract<Predicate, { kind: 'anyTerm' | 'allTerms' | 'range' | 'prefix' | 'scan' | 'regex' }>,
  terms: readonly Term[],
): boolean {
  const has = (term: Term): boolean =>
    terms.some(({ kind, bytes }) => kind === term.kind && bytes.equals(term.bytes));
  const texts = (): readonly string[] =>
    terms.filter(({ kind }) => kind === TEXT_TERM).map(({ bytes }) => bytes.toString('utf8'));
  switch (predicate.kind) {
    case 'anyTerm':
      return predicate.terms.some(has);
    case 'allTerms':
      return predicate.terms.every(has);
    case 'range':
      return terms.some((term) => term.kind === predicate.termKind && isWithin(term.bytes, predicate.range));
    case 'prefix':
      return texts().some((text) => text.startsWith(predicate.text));
    case 'scan':
      return texts().some(predicate.passes);
    case 'regex':
      return matchesOf(predicate.pattern, texts()).includes(true);
  }
}

function isWithin(bytes: Buffer, { from, to }: TermRange): boolean {
  const above = from === undefined ? 1 : Buffer.compare(bytes, from.bytes);
  const below = to === undefined ? 1 : Buffer.compare(to.bytes, bytes);
  return (
    (above > 0 || (above === 0 && from?.inclusive === true)) &&
    (below > 0 || (below === 0 && to?.inclusive === true))
  );
}

function termsOf(field: string, values: ValuesByName): readonly Term[] {
  const exact = /^exact\((.*)\)$/.exec(field)?.[1];
  const definition: IndexField = {
    id: 1,
    name: field,
    source: 0,
    analysis: exact === undefined ? 'default' : 'exact',
  };
  return fieldTerms(definition, values.get(exact ?? field) ?? []).terms;
}
