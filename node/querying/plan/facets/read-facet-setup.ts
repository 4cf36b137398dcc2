import { InvalidQueryError } from '../../query-error.ts';
import { parseCondition } from '../../rql/parse-query.ts';
import { type Options, optionMember, optionsObject } from '../option-values.ts';
import type { WhereContext } from '../where-scope.ts';
import { facetOptions } from './facet-options.ts';
import { type AggregationKind, ALL_RESULTS, type FacetAggregation, type FacetPlan } from './facet-plan.ts';
import { facetRange, severalFields } from './facet-range.ts';
import { FACETS_MAX, SETUP_RANGES_MAX } from './limits.ts';

/**
 * The facets that a document says: `{Facets: [{FieldName, DisplayFieldName, Options, Aggregations}],
 * RangeFacets: [{Ranges, DisplayFieldName, Aggregations}]}`.
 *
 * @throws InvalidQueryError naming the document and the member
 * @throws RqlSyntaxError for a range that can't be read
 */
export function readFacetSetup(
  document: unknown,
  documentId: string,
  context: WhereContext,
): readonly FacetPlan[] {
  const what = `the facet setup '${documentId}'`;
  const setup = optionsObject(document, what);
  const facets = [
    ...listOf(setup, 'Facets', context, what).map((facet) => termFacet(optionsObject(facet, what), what)),
    ...listOf(setup, 'RangeFacets', context, what).map((facet) =>
      rangeFacet(optionsObject(facet, what), context, what),
    ),
  ];
  if (facets.length > FACETS_MAX) {
    throw context.binder.error(`${what} may have ${FACETS_MAX} facets, but it has ${facets.length}`);
  }
  return facets;
}

function listOf(options: Options, name: string, { binder }: WhereContext, what: string): readonly unknown[] {
  const list = options.get(name.toLowerCase()) ?? [];
  if (Array.isArray(list)) return list;
  throw binder.error(`'${name}' of ${what} must be a list`);
}

function termFacet(facet: Options, what: string): FacetPlan {
  const field = optionMember.text(facet, 'FieldName', what);
  const name = optionMember.text(facet, 'DisplayFieldName', what) ?? field ?? ALL_RESULTS;
  const options = facetOptions((facet.get('options') ?? undefined) as never, `the options in ${what}`);
  return {
    name,
    by: field === undefined ? { kind: 'all' } : { kind: 'terms', field, options },
    aggregations: aggregationsOf(facet, what),
  };
}

function rangeFacet(facet: Options, context: WhereContext, what: string): FacetPlan {
  const texts = optionMember.texts(facet, 'Ranges', what) ?? [];
  if (texts.length === 0) throw context.binder.error(`A range facet of ${what} has no 'Ranges'`);
  if (texts.length > SETUP_RANGES_MAX) {
    throw context.binder.error(`A range facet of ${what} may have ${SETUP_RANGES_MAX} ranges`);
  }
  const ranges = texts.map((text) => facetRange(parseCondition(text), context));
  const [field = '', other] = [...new Set(ranges.map((range) => range.field))];
  if (other !== undefined) throw severalFields(field, other, context);
  return {
    name: optionMember.text(facet, 'DisplayFieldName', what) ?? field,
    by: { kind: 'ranges', ranges: ranges.map(({ range }) => range) },
    aggregations: aggregationsOf(facet, what),
  };
}

const KINDS: readonly AggregationKind[] = ['Average', 'Max', 'Min', 'Sum'];

/** `{Sum: [{Name, DisplayName}]}`; older clients wrote `{Sum: 'price'}` and `{Sum: ['price']}`. */
function aggregationsOf(facet: Options, what: string): readonly FacetAggregation[] {
  const given = facet.get('aggregations') ?? {};
  const aggregations = optionsObject(given, `'Aggregations' of ${what}`);
  return [...aggregations].flatMap(([word, fields]) => {
    const kind = KINDS.find((one) => one.toLowerCase() === word);
    if (kind === undefined) {
      throw new InvalidQueryError(
        `'Aggregations' of ${what} can be ${KINDS.join(', ')}, but one is '${word}'`,
      );
    }
    return (Array.isArray(fields) ? fields : [fields]).map((one: unknown): FacetAggregation => {
      if (typeof one === 'string') return { kind, field: one, name: one };
      const options = optionsObject(one, `'${kind}' of ${what}`);
      const field = optionMember.text(options, 'Name', what) ?? '';
      return { kind, field, name: optionMember.text(options, 'DisplayName', what) ?? field };
    });
  });
}
