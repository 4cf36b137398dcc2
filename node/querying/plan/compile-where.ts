import { numberKey, ticksKey } from '../../indexing/store/number-key.ts';
import { DATE_TERM, EXISTS, NULL, NUMBER_TERM, textTerm } from '../../indexing/store/term.ts';
import { parseDate } from '../../indexing/values/date-text.ts';
import type { SpatialRelation } from '../../spatial/relate.ts';
import { InvalidQueryError, UnknownMethodError, UnsupportedQueryError } from '../query-error.ts';
import type {
  Between,
  Comparison,
  ComparisonOperator,
  Expression,
  In,
  MethodCall,
} from '../rql/syntax-tree.ts';
import { type QueryValue, typeName } from './bind-values.ts';
import { moreLikeThis } from './compile-more-like-this.ts';
import { fuzzy, luceneQuery, proximity, search } from './compile-text.ts';
import { clauseOf, factorOf, fieldOf, textOf } from './method-arguments.ts';
import { isId, isMethod } from './names.ts';
import type { AskedRange, AskedTerm, Predicate } from './predicate.ts';
import { askedShape, checkErrorPart, spatialField } from './spatial-arguments.ts';
import { vectorSearch } from './vector-arguments.ts';
import { whenHolds } from './when-condition.ts';
import { filteredField, operand, rightHand, type Scope, type WhereContext } from './where-scope.ts';

/** A where clause as a predicate over the fields of an index. */
export function compileWhere(where: Expression, context: WhereContext): Predicate {
  const scope: Scope = { ...context, isExact: false };
  return isMethod(where, 'intersect') ? intersectClauses(where, scope) : compile(where, scope);
}

function compile(expression: Expression, scope: Scope): Predicate {
  switch (expression.kind) {
    case 'true':
      return { kind: 'all' };
    case 'and':
    case 'or':
      return joined(expression.kind, [compile(expression.left, scope), compile(expression.right, scope)]);
    case 'not': {
      const part = compile(expression.operand, scope);
      return part === UNASKED ? part : { kind: 'not', part };
    }
    case 'comparison':
      return comparison(expression, comparing(scope));
    case 'between':
      return between(expression, comparing(scope));
    case 'in':
      return inList(expression, comparing(scope));
    case 'method':
      return method(expression, scope);
  }
}

/** What a `when` leaves where its condition does not hold: nothing that anything around it could join or negate. */
const UNASKED: Predicate = { kind: 'all' };

function joined(kind: 'and' | 'or' | 'intersect', parts: readonly Predicate[]): Predicate {
  const asked = parts.filter((part) => part !== UNASKED);
  const [only = UNASKED, ...more] = asked;
  return more.length === 0 ? only : { kind, parts: asked };
}

function comparing(scope: Scope): Scope {
  return scope.comparesExactly === true ? { ...scope, isExact: true } : scope;
}

function comparison({ operator, left, right }: Comparison, scope: Scope): Predicate {
  const other = filteredField(right, scope);
  if (other !== undefined) {
    const field = filteredField(left, scope) ?? operand(left, { ...scope, isExact: false });
    return { kind: 'fields', operator, left: field, right: other };
  }
  const value = rightHand(right, scope);
  if (isId(left)) return idComparison(operator, value, scope);
  const field = operand(left, scope);
  if (operator === '=') return equals(field, value, scope);
  if (operator === '!=') return { kind: 'not', part: equals(field, value, scope) };
  return { kind: 'range', field, ...rangeOf(operator, value, scope) };
}

function equals(field: string, value: QueryValue, scope: Scope): Predicate {
  return { kind: 'anyTerm', field, terms: [equalTerm(value, scope)] };
}

/** The one term by which a value is found: numbers as numbers, dates by their time, anything else by its text. */
function equalTerm(value: QueryValue, { isExact, binder }: Scope): AskedTerm {
  if (value === null) return NULL;
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return { kind: NUMBER_TERM, bytes: numberKey(value) };
    case 'boolean':
      return textTerm(String(value), isExact);
    case 'string': {
      const date = parseDate(value);
      if (date !== undefined) return { kind: DATE_TERM, bytes: ticksKey(date.ticks) };
      return isExact ? textTerm(value, true) : { ...textTerm(value, false), written: value };
    }
    default:
      throw binder.error(
        `Parameter value '${JSON.stringify(value)}' of type ${typeName(value)} is not supported`,
      );
  }
}

function rangeOf(
  operator: ComparisonOperator,
  value: QueryValue,
  scope: Scope,
): { readonly termKind: number; readonly range: AskedRange } {
  const { kind, ...term } = rangeEnd(value, scope);
  const end = { ...term, inclusive: operator === '<=' || operator === '>=' };
  return { termKind: kind, range: operator.startsWith('>') ? { from: end } : { to: end } };
}

function rangeEnd(value: QueryValue, scope: Scope): AskedTerm {
  if (value === null) throw scope.binder.error("A range can't begin or end with null");
  return equalTerm(value, scope);
}

/** What the clients of all languages send where a range has no lower end, and where it has no upper one. */
const NO_LOWER_END = '*';
const NO_UPPER_END = 'NULL';

/** Null at an end: there is none. */
function between({ operand: of, min, max }: Between, scope: Scope): Predicate {
  const [low, high] = rangeEnds(
    endValue(rightHand(min, scope), NO_LOWER_END),
    endValue(rightHand(max, scope), NO_UPPER_END),
    scope,
  );
  if (isId(of)) scope.needs.add('id()');
  const field = isId(of) ? 'id()' : operand(of, scope);
  const kind = low?.kind ?? high?.kind;
  if (kind === undefined) return { kind: 'anyTerm', field, terms: [EXISTS] };
  const range: AskedRange = {
    ...(low === undefined ? {} : { from: { ...low, inclusive: true } }),
    ...(high === undefined ? {} : { to: { ...high, inclusive: true } }),
  };
  return { kind: 'range', field, termKind: kind, range };
}

function endValue(value: QueryValue, open: string): QueryValue {
  return value === open ? null : value;
}

/** A date and another text are both texts: only the one would be found by its time. */
function rangeEnds(
  min: QueryValue,
  max: QueryValue,
  scope: Scope,
): readonly [low: AskedTerm | undefined, high: AskedTerm | undefined] {
  const [low, high] = [min, max].map((value) => (value === null ? undefined : equalTerm(value, scope)));
  if (low === undefined || high === undefined || low.kind === high.kind) return [low, high];
  if (typeof min === 'string' && typeof max === 'string') {
    return [textTerm(min, scope.isExact), textTerm(max, scope.isExact)];
  }
  const types = `${typeName(min)} and ${typeName(max)}`;
  throw scope.binder.error(`Both ends of BETWEEN must have one type, but they are ${types}`);
}

function inList({ operand: of, values, all }: In, scope: Scope): Predicate {
  const bound = scope.binder.list(values);
  if (isId(of)) {
    return { kind: 'document', ids: bound.filter((id): id is string => typeof id === 'string') };
  }
  const field = operand(of, scope);
  if (bound.length === 0) return { kind: 'none' };
  // A list is looked up by text, as RavenDB does: 1 finds the text '1', too.
  const terms = bound.map((value) =>
    typeof value === 'number' || typeof value === 'bigint'
      ? textTerm(String(value), scope.isExact)
      : equalTerm(value, scope),
  );
  return { kind: all ? 'allTerms' : 'anyTerm', field, terms };
}

function idComparison(operator: ComparisonOperator, value: QueryValue, scope: Scope): Predicate {
  if (operator === '=') return { kind: 'document', ids: typeof value === 'string' ? [value] : [] };
  if (operator === '!=') return { kind: 'not', part: idComparison('=', value, scope) };
  scope.needs.add('id()');
  return { kind: 'range', field: 'id()', ...rangeOf(operator, value, scope) };
}

/** Nothing is the beginning and the end of an empty text alone, as clients expect it. */
function emptyText(field: string): Predicate {
  return { kind: 'anyTerm', field, terms: [textTerm('', true)] };
}

function method(call: MethodCall, scope: Scope): Predicate {
  const { binder } = scope;
  const [first, second] = call.arguments;
  switch (call.name.toLowerCase()) {
    case 'exact':
      return compile(clauseOf(first, call, scope), { ...scope, isExact: true });
    case 'boost': {
      const factor = factorOf(second, call, scope);
      const part = compile(clauseOf(first, call, scope), scope);
      return part === UNASKED ? part : { kind: 'boost', part, factor };
    }
    case 'exists': {
      const field = fieldOf(first, call, scope);
      return { kind: 'anyTerm', field, terms: [EXISTS] };
    }
    case 'startswith': {
      const text = textOf(second, call, scope);
      if (first !== undefined && isId(first.expression)) return { kind: 'documentPrefix', prefix: text };
      const field = fieldOf(first, call, scope);
      return text === ''
        ? emptyText(field)
        : { kind: 'prefix', field, text: cased(text, scope), written: text };
    }
    case 'endswith': {
      const written = textOf(second, call, scope);
      const field = fieldOf(first, call, scope);
      const text = cased(written, scope);
      if (text === '') return emptyText(field);
      return {
        kind: 'scan',
        field,
        passes: (term) => term.endsWith(text),
        passesCased: (term) => term.endsWith(written),
      };
    }
    case 'regex': {
      const pattern = expression(textOf(second, call, scope), scope);
      return { kind: 'regex', field: fieldOf(first, call, scope), pattern };
    }
    case 'search':
      return search(call, scope);
    case 'spatial.within':
    case 'spatial.contains':
    case 'spatial.disjoint':
    case 'spatial.intersects':
      return spatial(call, scope);
    case 'lucene':
      return luceneQuery(call, scope);
    case 'fuzzy':
      return fuzzy(call, scope);
    case 'proximity':
      return proximity(call, scope);
    case 'morelikethis':
      return moreLikeThis(call, scope, (argument) => compile(clauseOf(argument, call, scope), scope));
    case 'intersect':
      if (scope.calls !== undefined) return intersectClauses(call, scope);
      throw binder.error(
        'Invalid intersect query. The WHERE clause must hold just one intersect(…) and nothing beside it',
      );
    case 'when':
      return when(call, scope);
    case 'vector.search':
      return vectorSearch(call, scope);
    case 'cmpxchg':
      throw new UnsupportedQueryError(`${call.name}() in a where clause`);
    default: {
      const called = scope.calls?.fieldOf(call);
      if (called === undefined) throw new UnknownMethodError(call.name);
      return { kind: 'anyTerm', field: called, terms: [textTerm('true', true)] };
    }
  }
}

/** `intersect(a, b, …)`. */
function intersectClauses(call: MethodCall, scope: Scope): Predicate {
  const parts = call.arguments.map((argument) => compile(clauseOf(argument, call, scope), scope));
  if (parts.length >= 2) return joined('intersect', parts);
  throw scope.binder.error('The valid intersect query must have multiple intersect clauses.');
}

/** `when(condition, clause)`: the clause, where the condition holds for the parameters. */
function when(call: MethodCall, scope: Scope): Predicate {
  const [condition, clause, ...more] = call.arguments;
  if (clause === undefined || more.length > 0) {
    throw scope.binder.error(
      `Method when() expects two arguments, a condition and a clause, but has ${call.arguments.length}`,
    );
  }
  const isAsked = whenHolds(clauseOf(condition, call, scope), scope);
  try {
    const predicate = compile(clauseOf(clause, call, scope), scope);
    return isAsked ? predicate : UNASKED;
  } catch (error) {
    // It was read for its fields only: the index has them then, whoever asks for them next.
    if (isAsked || !(error instanceof InvalidQueryError)) throw error;
    return UNASKED;
  }
}

function spatial(call: MethodCall, scope: Scope): Predicate {
  const field = spatialField(call, scope);
  const shape = askedShape(call, scope, ['circle', 'wkt']);
  checkErrorPart(call.arguments[2], scope);
  const relation = call.name.toLowerCase().slice('spatial.'.length) as SpatialRelation;
  return { kind: 'spatial', field, relation, shape };
}

function cased(text: string, { isExact }: Scope): string {
  return isExact ? text : text.toLowerCase();
}

/** Options of .NET at the beginning of a pattern: `(?i)name`, `(?s-i)name`. */
const OPTIONS = /^\(\?([ims]*(?:-[ims]+)?)\)/;

function expression(pattern: string, { isExact, binder }: Scope): RegExp {
  const [beginning, options] = OPTIONS.exec(pattern) ?? [];
  const source = beginning === undefined ? pattern : `(?${options}:${pattern.slice(beginning.length)})`;
  try {
    return new RegExp(source, isExact ? 'u' : 'iu');
  } catch (error) {
    throw binder.error(
      `'${pattern}' is not a regular expression: ${error instanceof Error ? error.message : ''}`,
    );
  }
}
