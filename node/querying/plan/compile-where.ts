import type { TermRange } from '../../indexing/store/index-reader.ts';
import { numberKey, ticksKey } from '../../indexing/store/number-key.ts';
import { DATE_TERM, EXISTS, NULL, NUMBER_TERM, type Term, textTerm } from '../../indexing/store/term.ts';
import { parseDate } from '../../indexing/values/date-text.ts';
import { UnknownMethodError, UnsupportedQueryError } from '../query-error.ts';
import type {
  Argument,
  Between,
  Comparison,
  ComparisonOperator,
  Expression,
  Field,
  In,
  MethodCall,
  Value,
} from '../rql/syntax-tree.ts';
import { type QueryValue, typeName, type ValueBinder } from './bind-values.ts';
import type { Aggregates } from './compile-group.ts';
import type { FieldNeeds } from './field-need.ts';
import { fieldName, isId } from './names.ts';
import type { Predicate } from './predicate.ts';
import { serverTime } from './server-time.ts';

export interface WhereContext {
  readonly binder: ValueBinder;
  readonly alias?: string;
  /** Collects what the clause needs of which field. */
  readonly needs: FieldNeeds;
  readonly nowMs: number;
  /** In a `group by` query: who notes what is counted and summed. */
  readonly aggregates?: Aggregates;
}

interface Scope extends WhereContext {
  readonly isExact: boolean;
}

/** A where clause as a predicate over the fields of an index. */
export function compileWhere(where: Expression, context: WhereContext): Predicate {
  return compile(where, { ...context, isExact: false });
}

function compile(expression: Expression, scope: Scope): Predicate {
  switch (expression.kind) {
    case 'true':
      return { kind: 'all' };
    case 'and':
    case 'or':
      return {
        kind: expression.kind,
        parts: [compile(expression.left, scope), compile(expression.right, scope)],
      };
    case 'not':
      return { kind: 'not', part: compile(expression.operand, scope) };
    case 'comparison':
      return comparison(expression, scope);
    case 'between':
      return between(expression, scope);
    case 'in':
      return inList(expression, scope);
    case 'method':
      return method(expression, scope);
  }
}

function comparison({ operator, left, right }: Comparison, scope: Scope): Predicate {
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
function equalTerm(value: QueryValue, { isExact, binder }: Scope): Term {
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
      return textTerm(value, isExact);
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
): { readonly termKind: number; readonly range: TermRange } {
  const { kind, bytes } = rangeEnd(value, scope);
  const end = { bytes, inclusive: operator === '<=' || operator === '>=' };
  return { termKind: kind, range: operator.startsWith('>') ? { from: end } : { to: end } };
}

function rangeEnd(value: QueryValue, scope: Scope): Term {
  if (value === null) throw scope.binder.error("A range can't begin or end with null");
  return equalTerm(value, scope);
}

function between({ operand: of, min, max }: Between, scope: Scope): Predicate {
  const from = rightHand(min, scope);
  const to = rightHand(max, scope);
  const low = rangeEnd(from, scope);
  const high = rangeEnd(to, scope);
  if (low.kind !== high.kind) {
    throw scope.binder.error(
      `Both ends of BETWEEN must have one type, but they are ${typeName(from)} and ${typeName(to)}`,
    );
  }
  if (isId(of)) scope.needs.add('id()');
  const field = isId(of) ? 'id()' : operand(of, scope);
  const range: TermRange = {
    from: { bytes: low.bytes, inclusive: true },
    to: { bytes: high.bytes, inclusive: true },
  };
  return { kind: 'range', field, termKind: low.kind, range };
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

/** A field, as the index calls it in this scope; what it takes is noted. */
function operand(of: Field | MethodCall, scope: Scope): string {
  if (of.kind === 'method') {
    const aggregate = scope.aggregates?.fieldOf(of, scope.alias);
    if (aggregate === undefined) throw new UnknownMethodError(of.name);
    scope.needs.add(aggregate);
    return aggregate;
  }
  const name = fieldName(of, scope.alias);
  scope.needs.add(name, { exact: scope.isExact });
  return scope.isExact ? `exact(${name})` : name;
}

function rightHand(right: Value | Field | MethodCall, scope: Scope): QueryValue {
  if (right.kind === 'method') return serverTime(right, scope.binder, scope.nowMs);
  if (right.kind === 'field') {
    throw scope.binder.error(
      `A field can be compared with a value only, but '${fieldName(right)}' is a field: put texts in quotes`,
    );
  }
  return scope.binder.scalar(right);
}

function method(call: MethodCall, scope: Scope): Predicate {
  const { binder } = scope;
  const [first, second, third] = call.arguments;
  switch (call.name.toLowerCase()) {
    case 'exact':
      return compile(clauseOf(first, call, scope), { ...scope, isExact: true });
    case 'boost': {
      const factor = numberOf(second, call, scope);
      return { kind: 'boost', part: compile(clauseOf(first, call, scope), scope), factor };
    }
    case 'exists': {
      const field = fieldOf(first, call, scope);
      return { kind: 'anyTerm', field, terms: [EXISTS] };
    }
    case 'startswith': {
      const text = textOf(second, call, scope);
      if (first !== undefined && isId(first.expression)) return { kind: 'documentPrefix', prefix: text };
      const field = fieldOf(first, call, scope);
      return text === '' ? { kind: 'none' } : { kind: 'prefix', field, text: cased(text, scope) };
    }
    case 'endswith': {
      const text = cased(textOf(second, call, scope), scope);
      const field = fieldOf(first, call, scope);
      return text === '' ? { kind: 'none' } : scan(field, (term) => term.endsWith(text));
    }
    case 'regex': {
      const pattern = expression(textOf(second, call, scope), scope);
      return scan(fieldOf(first, call, scope), (term) => pattern.test(term));
    }
    case 'search': {
      const field = fieldOf(first, call, { ...scope, isExact: false });
      const text = textOf(second, call, scope);
      scope.needs.add(field, { search: true });
      return { kind: 'search', field: `search(${field})`, text, matchAll: isAnd(third, call, scope) };
    }
    case 'lucene':
    case 'fuzzy':
    case 'proximity':
    case 'intersect':
    case 'morelikethis':
    case 'spatial.within':
    case 'spatial.contains':
    case 'spatial.disjoint':
    case 'spatial.intersects':
    case 'vector.search':
    case 'cmpxchg':
    case 'when':
      throw new UnsupportedQueryError(`${call.name}() in a where clause`);
    default:
      throw first === undefined && call.arguments.length > 0
        ? binder.error(`Method ${call.name}() expects an argument`)
        : new UnknownMethodError(call.name);
  }
}

function scan(field: string, passes: (term: string) => boolean): Predicate {
  return { kind: 'scan', field, passes };
}

function cased(text: string, { isExact }: Scope): string {
  return isExact ? text : text.toLowerCase();
}

function expression(pattern: string, { isExact, binder }: Scope): RegExp {
  try {
    return new RegExp(pattern, isExact ? 'u' : 'iu');
  } catch (error) {
    throw binder.error(
      `'${pattern}' is not a regular expression: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function clauseOf(argument: Argument | undefined, call: MethodCall, { binder }: Scope): Expression {
  const given = argument?.expression;
  switch (given?.kind) {
    case 'true':
    case 'and':
    case 'or':
    case 'not':
    case 'comparison':
    case 'between':
    case 'in':
    case 'method':
      return given;
    default:
      throw binder.error(`Method ${call.name}() expects a clause as its first argument`);
  }
}

function fieldOf(argument: Argument | undefined, call: MethodCall, scope: Scope): string {
  const given = argument?.expression;
  if (given !== undefined && isId(given)) {
    scope.needs.add('id()');
    return 'id()';
  }
  if (given?.kind !== 'field') {
    throw scope.binder.error(`Method ${call.name}() expects a field as its first argument`);
  }
  return operand(given, scope);
}

function literalOf(argument: Argument | undefined, call: MethodCall, { binder }: Scope): Value {
  const given = argument?.expression;
  switch (given?.kind) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'parameter':
      return given;
    default:
      throw binder.error(`Method ${call.name}() expects a value as its second argument`);
  }
}

function textOf(argument: Argument | undefined, call: MethodCall, scope: Scope): string {
  return scope.binder.text(literalOf(argument, call, scope), call.name);
}

function numberOf(argument: Argument | undefined, call: MethodCall, scope: Scope): number {
  const value = scope.binder.scalar(literalOf(argument, call, scope));
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw scope.binder.error(`Method ${call.name}() expects to get a number while it got ${typeName(value)}`);
}

/** `search(field, text, and)`: a bare word. */
function isAnd(argument: Argument | undefined, call: MethodCall, { binder }: Scope): boolean {
  if (argument === undefined) return false;
  const word = argument.expression.kind === 'field' ? fieldName(argument.expression).toLowerCase() : '';
  if (word === 'and') return true;
  if (word === 'or') return false;
  throw binder.error(`Supported operators in ${call.name}() are 'OR' or 'AND' but was '${word}'`);
}
