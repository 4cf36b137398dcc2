import type { Argument, MethodCall } from '../rql/syntax-tree.ts';
import { typeName } from './bind-values.ts';
import { type LuceneQuery, namedFields } from './lucene/lucene-query.ts';
import { LuceneSyntaxError } from './lucene/lucene-scanner.ts';
import { parseLucene } from './lucene/parse-lucene.ts';
import { fieldOf, literalOf, numberOf, textOf } from './method-arguments.ts';
import { fieldName, isId, isMethod } from './names.ts';
import type { Predicate } from './predicate.ts';
import { operand, rightHand, type Scope } from './where-scope.ts';

type Search = Extract<Predicate, { kind: 'search' }>;

/** `search(field, text[, and])`. */
export function search(call: MethodCall, scope: Scope): Search {
  const [first, second, third] = call.arguments;
  const field = fieldOf(first, call, { ...scope, isExact: false });
  const text = textOf(second, call, scope);
  return { kind: 'search', field: searched(field, scope), text, matchAll: isAnd(third, call, scope) };
}

/** The field that has the words of a field. An id is one word, whatever is in it. */
function searched(field: string, { needs }: Scope): string {
  if (field === 'id()') return field;
  needs.add(field, { search: true });
  return `search(${field})`;
}

/** A bare word. */
function isAnd(argument: Argument | undefined, call: MethodCall, { binder }: Scope): boolean {
  if (argument === undefined) return false;
  const word = argument.expression.kind === 'field' ? fieldName(argument.expression).toLowerCase() : '';
  if (word === 'and') return true;
  if (word === 'or') return false;
  throw binder.error(`Supported operators in ${call.name}() are 'OR' or 'AND' but was '${word}'`);
}

/** `lucene(field, text)`. */
export function luceneQuery(call: MethodCall, scope: Scope): Predicate {
  const [first, second] = call.arguments;
  const field = fieldOf(first, call, { ...scope, isExact: false });
  const query = parsedLucene(textOf(second, call, scope), scope);
  for (const name of namedFields(query)) if (INDEXABLE.test(name)) scope.needs.add(name);
  if (!scope.isExact) return { kind: 'lucene', field: searched(field, scope), query };
  scope.needs.add(field, { exact: true });
  return { kind: 'lucene', field: `exact(${field})`, query };
}

/** Names in a Lucene text that are fields: words of users may look as if they named one. */
const INDEXABLE = /^[A-Za-z_@][\w@.-]*$/;

function parsedLucene(text: string, { binder }: Scope): LuceneQuery {
  try {
    return parseLucene(text);
  } catch (error) {
    throw error instanceof LuceneSyntaxError ? binder.error(error.message) : error;
  }
}

/** `fuzzy(field = 'text', similarity)`. */
export function fuzzy(call: MethodCall, scope: Scope): Predicate {
  const [first, second] = call.arguments;
  const { binder } = scope;
  if (second === undefined) throw binder.error('Method fuzzy() expects to have two arguments');
  const given = first?.expression;
  if (given?.kind !== 'comparison' || given.operator !== '=') {
    throw binder.error("Method fuzzy() expects a comparison with '=' as its first argument");
  }
  const text = rightHand(given.right, scope);
  if (typeof text !== 'string') {
    throw binder.error(`Method fuzzy() compares with a text, but it was ${typeName(text)}`);
  }
  const similarity = numberOf(second, call, scope);
  if (similarity < 0 || similarity >= 1) {
    throw binder.error(
      `The similarity of fuzzy() must be at least 0 and less than 1, but it is ${similarity}`,
    );
  }
  if (isId(given.left)) scope.needs.add('id()');
  const field = isId(given.left) ? 'id()' : operand(given.left, scope);
  return { kind: 'fuzzy', field, text, similarity };
}

/** `proximity(search(field, text), moves)`. */
export function proximity(call: MethodCall, scope: Scope): Predicate {
  const [first, second] = call.arguments;
  const { binder } = scope;
  if (second === undefined) throw binder.error('Method proximity() expects to have two arguments');
  const given = first?.expression;
  if (given === undefined || !isMethod(given, 'search')) {
    throw binder.error('Method proximity() expects a search(…) as its first argument');
  }
  const { field, text } = search(given, scope);
  const slop = binder.count(literalOf(second, call, scope), 'The distance of proximity()', 0);
  return { kind: 'proximity', field, text, slop };
}
