import type { EntrySet } from '../../../indexing/store/entry-set.ts';
import { intersect } from '../../../indexing/store/entry-set.ts';
import { ALL_RESULTS, type FacetAggregation, type FacetPlan } from '../../plan/facets/facet-plan.ts';
import { InvalidQueryError } from '../../query-error.ts';
import { evaluateInTurns, type SearchedIndex } from '../evaluate.ts';
import type { QueryWatch } from '../query-watch.ts';
import { type Aggregate, aggregate } from './aggregate.ts';
import { entriesOfCount, facetCounts } from './facet-counts.ts';
import { type FacetPage, facetPage } from './facet-page.ts';

/** A value of a facet with its entries. */
interface Group {
  readonly range: string;
  readonly count: number;
  readonly entries: EntrySet;
}

/** The protocol's result of one facet over the entries that match the query. It pauses where others may have a turn. */
export function* facetJson(
  facet: FacetPlan,
  entries: EntrySet,
  index: SearchedIndex,
  watch?: QueryWatch,
): Generator<void, Buffer> {
  const { groups, page } = yield* groupsOf(facet, entries, index, watch);
  const computed: { readonly field: string; readonly results: readonly Aggregate[] }[] = [];
  for (const name of distinctFields(facet.aggregations)) {
    const field = index.fields.get(name);
    const sets = groups.map((group) => group.entries);
    // A field that no entry has adds nothing.
    const results = field === undefined ? [] : yield* aggregate(index.reader, field, entries, sets, watch);
    computed.push({ field: name, results });
  }
  const values = groups.flatMap((group, at) =>
    valuesOf(group, facet.aggregations, (field) => computed.find((one) => one.field === field)?.results[at]),
  );
  return Buffer.from(
    JSON.stringify({
      Name: facet.name,
      Values: values,
      RemainingHits: page?.remainingHits ?? 0,
      RemainingTermsCount: page?.remainingCount ?? 0,
      RemainingTerms: page?.remainingTerms ?? [],
    }),
  );
}

function* groupsOf(
  { by, aggregations }: FacetPlan,
  entries: EntrySet,
  index: SearchedIndex,
  watch: QueryWatch | undefined,
): Generator<void, { readonly groups: readonly Group[]; readonly page?: FacetPage }> {
  const { reader } = index;
  switch (by.kind) {
    case 'all':
      return {
        groups: entries.length === 0 ? [] : [{ range: ALL_RESULTS, count: entries.length, entries }],
      };
    case 'ranges': {
      const groups: Group[] = [];
      for (const { text, predicate } of by.ranges) {
        const own = intersect(yield* evaluateInTurns(predicate, index), entries);
        groups.push({ range: text, count: own.length, entries: own });
        if (watch?.isTurnOver === true) yield;
      }
      return { groups };
    }
    case 'terms': {
      const field = index.fields.get(by.field);
      if (field === undefined) {
        // An index that has not met a document yet knows none of its fields.
        if (index.unknownField(by.field) === undefined) return { groups: [] };
        throw new InvalidQueryError(`The field '${by.field}' of a facet is not indexed`);
      }
      const page = facetPage(yield* facetCounts(reader, field, entries, watch), by.options);
      const groups: Group[] = [];
      for (const one of page.shown) {
        const own = aggregations.length === 0 ? entries : entriesOfCount(reader, field, one, entries);
        groups.push({ range: one.text, count: one.count, entries: own });
        if (watch?.isTurnOver === true) yield;
      }
      return { groups, page };
    }
  }
}

function distinctFields(aggregations: readonly FacetAggregation[]): readonly string[] {
  return [...new Set(aggregations.map(({ field }) => field))];
}

/** One value, or one for each name under which something of a field was computed. */
function valuesOf(
  { range, count }: Group,
  aggregations: readonly FacetAggregation[],
  resultOf: (field: string) => Aggregate | undefined,
): readonly object[] {
  if (aggregations.length === 0) return [{ Name: null, Count: count, Range: range }];
  const byName = new Map<string, { readonly field: string; readonly name: string; kinds: Set<string> }>();
  for (const { kind, field, name } of aggregations) {
    const key = JSON.stringify([field, name]);
    const known = byName.get(key) ?? { field, name, kinds: new Set() };
    known.kinds.add(kind);
    byName.set(key, known);
  }
  return [...byName.values()].map(({ field, name, kinds }) => ({
    Name: name,
    ...(count === 0 ? {} : computed(resultOf(field), kinds)),
    Count: count,
    Range: range,
  }));
}

/** Entries without a number add nothing to the sum, and have no part in the others. */
function computed(result: Aggregate | undefined, kinds: ReadonlySet<string>): object {
  const { sum, min, max, count } = result ?? { sum: 0, min: 0, max: 0, count: 0 };
  return {
    ...(kinds.has('Average') && count > 0 ? { Average: sum / count } : {}),
    ...(kinds.has('Max') && count > 0 ? { Max: max } : {}),
    ...(kinds.has('Min') && count > 0 ? { Min: min } : {}),
    ...(kinds.has('Sum') ? { Sum: sum } : {}),
  };
}
