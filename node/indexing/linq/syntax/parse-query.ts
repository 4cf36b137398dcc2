import { parseExpression } from './parse-expression.ts';
import { parseType } from './parse-type.ts';
import type { Clause, Query, QueryEnd } from './syntax-tree.ts';
import type { TokenReader } from './token-reader.ts';

/** Whether a query begins here: `from x in`, `from Order x in`. */
export function isQuery(reader: TokenReader): boolean {
  return reader.is('from') && reader.peek(1).kind === 'name';
}

/** @throws LinqError */
export function parseQuery(reader: TokenReader): Query {
  const { at } = reader.peek();
  let clauses: Clause[] = [from(reader)];
  for (;;) {
    const clause = nextClause(reader);
    if (clause !== null) {
      clauses.push(clause);
      continue;
    }
    const end = queryEnd(reader);
    const query: Query = { kind: 'query', at, clauses, end };
    const into = reader.peek().at;
    if (!reader.takes('into')) return query;
    clauses = [{ kind: 'from', at: into, name: reader.name("the name behind 'into'"), source: query }];
  }
}

function nextClause(reader: TokenReader): Clause | null {
  const { at } = reader.peek();
  if (isQuery(reader)) return from(reader);
  if (reader.takes('where')) return { kind: 'where', at, test: parseExpression(reader) };
  if (reader.takes('orderby')) return { kind: 'orderby', at, keys: sortKeys(reader) };
  if (reader.is('join'))
    throw reader.error("'join' is not supported: documents of one collection are mapped.");
  if (!reader.takes('let')) return null;
  const name = reader.name("the name behind 'let'");
  reader.expect('=');
  return { kind: 'let', at, name, value: parseExpression(reader) };
}

function from(reader: TokenReader): Clause {
  const { at } = reader.next();
  if (!reader.is('in', 1) && parseType(reader) === null) throw reader.unexpected();
  const name = reader.name("the name behind 'from'");
  reader.expect('in');
  return { kind: 'from', at, name, source: parseExpression(reader) };
}

function sortKeys(reader: TokenReader) {
  const keys = [];
  do {
    const value = parseExpression(reader);
    const isDescending = reader.takes('descending');
    if (!isDescending) reader.takes('ascending');
    keys.push({ value, isDescending });
  } while (reader.takes(','));
  return keys;
}

function queryEnd(reader: TokenReader): QueryEnd {
  const { at } = reader.peek();
  if (reader.takes('select')) return { kind: 'select', at, value: parseExpression(reader) };
  if (!reader.takes('group')) {
    throw reader.error(
      `Expected 'select' or another clause of the query, but found '${reader.peek().text}'.`,
    );
  }
  const value = parseExpression(reader);
  reader.expect('by');
  return { kind: 'group', at, value, key: parseExpression(reader) };
}
