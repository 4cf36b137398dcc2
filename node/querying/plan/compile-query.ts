import type { ValueLookup } from '../../scripting/value-lookup.ts';
import { InvalidQueryError, UnsupportedQueryError } from '../query-error.ts';
import type { FromClause, RqlQuery, Value } from '../rql/syntax-tree.ts';
import { type QueryParameters, ValueBinder } from './bind-values.ts';
import { Aggregates, compileGroup } from './compile-group.ts';
import { compileWhere } from './compile-where.ts';
import { compileFacets } from './facets/compile-facets.ts';
import { FieldNeeds } from './field-need.ts';
import { compileIncludes } from './include-plan.ts';
import { compileOrder } from './order.ts';
import type { Predicate } from './predicate.ts';
import type { ProjectionBehavior } from './projection-behavior.ts';
import type { QueryPlan, QuerySource, ShownPart } from './query-plan.ts';
import { readQuery } from './read-query.ts';
import { compileSuggestions } from './suggestions/compile-suggestions.ts';
import { updateScript } from './update-script.ts';
import type { WhereContext } from './where-scope.ts';

/** A query as a client sends it. */
export interface QueryRequest {
  readonly query: string;
  readonly parameters: QueryParameters;
  /** Paging beside the query text; both together give what both allow. */
  readonly start: number;
  readonly pageSize: number;
  /** Where fields are taken from; absent: `Default`. */
  readonly projection?: ProjectionBehavior;
  /** A document of which several entries match comes once for each. */
  readonly keepsDuplicates?: boolean;
  /** Absent: results. */
  readonly shows?: ShownPart;
}

const UNLIMITED = Number.POSITIVE_INFINITY;

/** @throws RqlSyntaxError, InvalidQueryError, UnknownMethodError, UnsupportedQueryError */
export function compileQuery(request: QueryRequest, nowMs: number, values?: ValueLookup): QueryPlan {
  const rql = readQuery(request.query);
  if (rql.update !== undefined) {
    throw new InvalidQueryError('A query has no UPDATE: it belongs to a patch by query', request.query);
  }
  return planOf(rql, request, nowMs, values);
}

/** Any query; `update` is the script of its UPDATE clause, if it has one. */
export function compileAny(
  request: QueryRequest,
  nowMs: number,
  values?: ValueLookup,
): { readonly plan: QueryPlan; readonly update: string | null } {
  const rql = readQuery(request.query);
  return {
    plan: planOf(rql, request, nowMs, values),
    update: rql.update === undefined ? null : updateScript(rql),
  };
}

/** A query whose results are to be changed or deleted. */
export function compileUpdate(
  request: QueryRequest,
  nowMs: number,
  values?: ValueLookup,
): { readonly plan: QueryPlan; readonly update: string | null } {
  if (readQuery(request.query).filter !== undefined) {
    throw new InvalidQueryError(
      'Filter clause is not supported for PATCH/DELETE by query operation. Please use WHERE clause instead.',
      request.query,
    );
  }
  return compileAny(request, nowMs, values);
}

function planOf(rql: RqlQuery, request: QueryRequest, nowMs: number, values?: ValueLookup): QueryPlan {
  refuseUnserved(rql);
  refuseRepeatedAliases(rql, request.query);
  const { from } = rql;
  const { alias } = from;
  const binder = new ValueBinder(request.query, request.parameters, values);
  const needs = new FieldNeeds();
  const aggregates = rql.groupBy.length > 0 ? new Aggregates(rql) : undefined;
  const context: WhereContext = {
    binder,
    needs,
    nowMs,
    isIndex: from.isIndex,
    ...(alias === undefined ? {} : { alias }),
    ...(aggregates === undefined ? {} : { aggregates }),
  };
  const where: Predicate = rql.where === undefined ? { kind: 'all' } : compileWhere(rql.where, context);
  const facets = compileFacets(rql, context);
  const suggestions = compileSuggestions(rql, context);
  const include = compileIncludes(rql.include, context);
  const order = compileOrder(rql.orderBy, context);
  const { limit, offset, filterLimit } = rql.paging;
  const skip = offset === undefined ? 0 : binder.count(offset, 'Offset (Start)', 0);
  const take = limit === undefined ? UNLIMITED : binder.count(limit, 'Limit (PageSize)', UNLIMITED);
  return {
    text: request.query,
    binder,
    source: sourceOf(rql, suggestions === undefined ? where : undefined, needs, aggregates),
    ...(alias === undefined ? {} : { alias }),
    where,
    order,
    load: rql.load,
    ...(rql.filter === undefined ? {} : { filter: rql.filter }),
    ...(filterLimit === undefined ? {} : { filterLimit: filterLimitOf(filterLimit, binder) }),
    ...(rql.select === undefined ? {} : { select: rql.select }),
    ...(facets === undefined ? {} : { facets }),
    ...(suggestions === undefined ? {} : { suggestions }),
    projection: request.projection ?? 'Default',
    functions: rql.functions,
    include,
    skip: Math.max(skip, request.start),
    take: Math.min(take, request.pageSize),
    ...(limit === undefined && offset === undefined ? {} : { textPage: { skip, take } }),
    keepsDuplicates: request.keepsDuplicates ?? false,
    shows: request.shows ?? 'results',
    readsOthers:
      rql.load.length > 0 ||
      include.paths.length > 0 ||
      facets?.some(({ kind }) => kind === 'setup') === true,
  };
}

function filterLimitOf(value: Value, binder: ValueBinder): number {
  const count = binder.count(value, 'FilterLimit', UNLIMITED);
  if (count === 0) throw binder.error('FilterLimit cannot be negative or zero, but was 0.');
  return count;
}

function refuseRepeatedAliases({ from, load }: RqlQuery, text: string): void {
  const seen = new Set([from.alias]);
  for (const { alias } of load) {
    if (seen.has(alias)) {
      throw new InvalidQueryError(
        `LOAD clause duplicate alias detected: give one '${alias}' another name`,
        text,
      );
    }
    seen.add(alias);
  }
}

function refuseUnserved({ from, functions }: RqlQuery): void {
  if (from.sourceFilter !== undefined) throw new UnsupportedQueryError('a filter in the FROM clause');
  if (functions.some(({ kind }) => kind === 'timeseries')) {
    throw new UnsupportedQueryError('declare timeseries');
  }
}

const ALL_DOCUMENTS = '@all_docs';

/** `where`: undefined when an index is needed whatever it says. */
function sourceOf(
  rql: RqlQuery,
  where: Predicate | undefined,
  needs: FieldNeeds,
  aggregates: Aggregates | undefined,
): QuerySource {
  const { from } = rql;
  if (aggregates !== undefined) {
    if (from.isIndex)
      throw new InvalidQueryError('GROUP BY is for collections: an index groups by its reduce');
    const group = compileGroup(rql, aggregates, needs.all);
    return { kind: 'group', collection: collectionOf(from) ?? ALL_DOCUMENTS, group };
  }
  if (from.isIndex) return { kind: 'index', name: from.source };
  const documents = where === undefined ? undefined : straightFromStorage(rql, where);
  if (documents !== undefined) return { kind: 'collection', collection: collectionOf(from), documents };
  return { kind: 'auto', collection: collectionOf(from) ?? ALL_DOCUMENTS, needs: needs.all };
}

function collectionOf({ source }: FromClause): string | null {
  return source.toLowerCase() === ALL_DOCUMENTS ? null : source;
}

/** Everything, or documents by their ids, in the order of storage: no index is needed for that. */
function straightFromStorage(
  { orderBy }: RqlQuery,
  where: Predicate,
): Extract<QuerySource, { kind: 'collection' }>['documents'] | undefined {
  if (orderBy.length > 0) return undefined;
  switch (where.kind) {
    case 'all':
      return 'all';
    case 'document':
      return { ids: where.ids };
    case 'documentPrefix':
      return { prefix: where.prefix };
    default:
      return undefined;
  }
}
