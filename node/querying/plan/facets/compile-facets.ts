import type { InvalidQueryError } from '../../query-error.ts';
import type { Argument, Expression, Field, MethodCall, RqlQuery, SelectItem } from '../../rql/syntax-tree.ts';
import { fieldName, isCallOf, isId, isMethod } from '../names.ts';
import type { WhereContext } from '../where-scope.ts';
import { facetOptions, NO_FACET_OPTIONS } from './facet-options.ts';
import {
  type AggregationKind,
  ALL_RESULTS,
  byKind,
  type FacetAggregation,
  type FacetBy,
  type FacetOptions,
  type FacetRange,
  type FacetRequest,
} from './facet-plan.ts';
import { facetRange, severalFields } from './facet-range.ts';
import { FACETS_MAX } from './limits.ts';

/** The facets that a query selects; undefined: it selects something else. */
export function compileFacets(rql: RqlQuery, context: WhereContext): readonly FacetRequest[] | undefined {
  const { select, from } = rql;
  if (select?.kind !== 'fields' || !select.items.some(({ expression }) => isMethod(expression, 'facet'))) {
    return undefined;
  }
  const { binder } = context;
  if (!from.isIndex) throw binder.error('Facet query must be executed against static index.');
  if (select.distinct) throw binder.error('Cannot use SELECT DISTINCT in a facet query');
  if (rql.filter !== undefined) throw binder.error('Facet query does not support a filter clause.');
  if (select.items.length > FACETS_MAX) {
    throw binder.error(`A query may have ${FACETS_MAX} facets, but this one has ${select.items.length}`);
  }
  const requests = select.items.map((item) => facetOf(item, context));
  refuseSameNames(requests, context);
  return requests;
}

/** Clients find facets by their names. */
function refuseSameNames(requests: readonly FacetRequest[], { binder }: WhereContext): void {
  const names = new Set<string>();
  for (const request of requests) {
    if (request.kind === 'setup' || request.facet.by.kind === 'all') continue;
    const { name } = request.facet;
    if (names.has(name)) {
      throw binder.error(`Duplicate alias '${name}' detected: give one of the two facets another name`);
    }
    names.add(name);
  }
}

function facetOf({ expression, alias }: SelectItem, context: WhereContext): FacetRequest {
  if (expression.kind !== 'method' || !isCallOf(expression, 'facet')) {
    throw context.binder.error('A query that selects facets can select nothing else: write facet(…) only');
  }
  const given = expression.arguments;
  const [first] = given;
  if (given.length === 1 && first !== undefined && isId(first.expression)) {
    return { kind: 'setup', documentId: setupId(first.expression as MethodCall, context) };
  }
  const { by, aggregations } = new FacetArguments(given, context);
  const name = alias ?? (by.kind === 'terms' ? by.field : by.kind === 'all' ? ALL_RESULTS : by.name);
  return { kind: 'facet', facet: { name, by, aggregations: byKind(aggregations) } };
}

/** `facet(id('facets/1'))`. */
function setupId(call: MethodCall, { binder }: WhereContext): string {
  const argument = call.arguments[0]?.expression;
  if (argument?.kind === 'string' || argument?.kind === 'parameter') return binder.text(argument, 'id');
  throw binder.error("facet(id(…)) expects the id of a document with facets, as facet(id('facets/1'))");
}

type NamedBy = FacetBy & { readonly name: string };

/** The arguments of one facet, sorted by what they are. */
class FacetArguments {
  readonly #context: WhereContext;
  readonly #ranges: FacetRange[] = [];
  readonly aggregations: FacetAggregation[] = [];
  #field: string | undefined;
  #options: FacetOptions = NO_FACET_OPTIONS;

  constructor(given: readonly Argument[], context: WhereContext) {
    this.#context = context;
    given.forEach((argument, at) => {
      this.#take(argument, at === 0);
    });
  }

  get by(): NamedBy {
    const field = this.#field;
    if (field === undefined) return { kind: 'all', name: ALL_RESULTS };
    if (this.#ranges.length > 0 && this.#options !== NO_FACET_OPTIONS) {
      throw this.#context.binder.error('Options are not supported in range facets.');
    }
    if (this.#ranges.length > 0) return { kind: 'ranges', ranges: this.#ranges, name: field };
    return { kind: 'terms', field, options: this.#options, name: field };
  }

  #take({ expression, alias }: Argument, isFirst: boolean): void {
    const { binder } = this.#context;
    switch (expression.kind) {
      case 'field':
        if (!isFirst) throw this.#odd(`the field ${fieldName(expression)}`);
        this.#field = fieldName(expression, this.#context.alias);
        return;
      case 'string':
        if (!isFirst) throw this.#odd('a text');
        this.#field = expression.value;
        return;
      case 'parameter':
        if (isFirst) throw this.#odd(`the parameter $${expression.name} as the first`);
        this.#options = facetOptions(binder.value(expression), `the options $${expression.name} of a facet`);
        return;
      case 'method':
        this.aggregations.push(aggregation(expression, alias, this.#context));
        return;
      case 'comparison':
      case 'between':
      case 'and':
      case 'or':
      case 'not':
      case 'in':
      case 'true':
        this.#addRange(expression);
        return;
      default:
        throw this.#odd(`a ${expression.kind}`);
    }
  }

  #addRange(expression: Expression): void {
    const { field, range } = facetRange(expression, this.#context);
    if (this.#field !== undefined && this.#field !== field) {
      throw severalFields(this.#field, field, this.#context);
    }
    this.#field = field;
    this.#ranges.push(range);
  }

  #odd(what: string): InvalidQueryError {
    return this.#context.binder.error(
      `facet() can't have ${what}: it has a field or ranges, then sum(), min(), max() and avg(), then options`,
    );
  }
}

const AGGREGATIONS: Readonly<Record<string, AggregationKind>> = {
  sum: 'Sum',
  min: 'Min',
  max: 'Max',
  avg: 'Average',
  average: 'Average',
};

function aggregation(
  call: MethodCall,
  alias: string | undefined,
  { binder, alias: source }: WhereContext,
): FacetAggregation {
  const kind = AGGREGATIONS[call.name.toLowerCase()];
  if (kind === undefined) {
    throw binder.error(`${call.name}() can't be in a facet: it computes sum(), min(), max() and avg()`);
  }
  const argument = call.arguments[0]?.expression;
  const field = argumentField(argument, source);
  if (field === undefined) throw binder.error(`${call.name}() in a facet expects a field`);
  return { kind, field, name: alias ?? field };
}

function argumentField(
  argument: Argument['expression'] | undefined,
  source: string | undefined,
): string | undefined {
  if (argument?.kind === 'field') return fieldName(argument as Field, source);
  return argument?.kind === 'string' ? argument.value : undefined;
}
