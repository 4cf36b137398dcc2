import { QUERY_CHARACTERS_MAX } from './limits.ts';
import {
  declaredFunction,
  fromClause,
  groupItems,
  includeItems,
  loadItems,
  orderItems,
  pagingOf,
  selectClause,
} from './parse-clauses.ts';
import { parseExpression } from './parse-expression.ts';
import { tryOperand } from './parse-operand.ts';
import { RqlScanner } from './rql-scanner.ts';
import { RqlSyntaxError } from './rql-syntax-error.ts';
import type {
  Argument,
  DeclaredFunction,
  Expression,
  Field,
  MethodCall,
  Paging,
  RqlQuery,
} from './syntax-tree.ts';

/**
 * Reads a query.
 *
 * ```ts
 * parseQuery("from Users where age > $min order by name limit 10").from.source; // 'Users'
 * ```
 *
 * @throws RqlSyntaxError with line and column, and nothing else, whatever the text
 */
export function parseQuery(text: string): RqlQuery {
  if (text.length > QUERY_CHARACTERS_MAX) {
    throw new RqlSyntaxError(
      `A query may have ${QUERY_CHARACTERS_MAX} characters, but this one has ${text.length}: pass long lists as parameters`,
      text.slice(0, 200),
      0,
    );
  }
  const scanner = new RqlScanner(text);
  const functions = declaredFunctions(scanner);
  scanner.expectKeyword('from', 'at the start of a query');
  const from = fromClause(scanner);
  const groupBy = clause(scanner, 'group') ? groupItems(by(scanner, 'group')) : [];
  const where = clause(scanner, 'where') ? parseExpression(scanner) : undefined;
  const orderBy = clause(scanner, 'order') ? orderItems(by(scanner, 'order')) : [];
  const load = clause(scanner, 'load') ? loadItems(scanner) : [];
  const filter = clause(scanner, 'filter') ? parseExpression(scanner) : undefined;
  const select = clause(scanner, 'select') ? selectClause(scanner) : undefined;
  const update =
    select === undefined && clause(scanner, 'update') ? scanner.javaScriptBlock(false, 'UPDATE') : undefined;
  const isFiltered = filter !== undefined || select !== undefined || update !== undefined;
  if (!isFiltered && scanner.isKeyword('filter_limit'))
    throw scanner.error('There is no FILTER to be limited');
  const { include, paging } = tail(scanner);
  if (!scanner.isAtEnd) throw scanner.error(`Expected end of query but got: ${scanner.found}`);
  return {
    functions,
    from,
    groupBy,
    ...(where === undefined ? {} : { where }),
    orderBy,
    load,
    ...(filter === undefined ? {} : { filter }),
    ...(select === undefined ? {} : { select }),
    ...(update === undefined ? {} : { update }),
    include,
    paging,
  };
}

/**
 * Reads a condition that stands alone, as documents with facets have them: `price >= 5 and price < 10`.
 *
 * @throws RqlSyntaxError with line and column, and nothing else, whatever the text
 */
export function parseCondition(text: string): Expression {
  const scanner = new RqlScanner(text);
  const condition = parseExpression(scanner);
  if (!scanner.isAtEnd) throw scanner.error(`Expected the end of the condition but got: ${scanner.found}`);
  return condition;
}

/**
 * Reads a field or the call of a method alone.
 *
 * @throws RqlSyntaxError
 */
export function parseOperand(text: string): Field | MethodCall {
  const scanner = new RqlScanner(text);
  const operand = tryOperand(scanner, 0);
  if (operand === undefined || !scanner.isAtEnd) {
    throw scanner.error(`Expected a field or a method but got: ${scanner.found}`);
  }
  return operand;
}

function declaredFunctions(scanner: RqlScanner): readonly DeclaredFunction[] {
  const functions: DeclaredFunction[] = [];
  for (;;) {
    const start = scanner.position;
    if (!scanner.tryKeyword('declare')) return functions;
    const declared = declaredFunction(scanner);
    if (functions.some(({ name }) => name === declared.name)) {
      throw scanner.error(`${declared.name} function was declared multiple times`, start);
    }
    functions.push(declared);
  }
}

function clause(scanner: RqlScanner, word: string): boolean {
  return scanner.tryKeyword(word);
}

function by(scanner: RqlScanner, after: string): RqlScanner {
  scanner.expectKeyword('by', `after '${after}'`);
  return scanner;
}

/** Include and paging in either order, each once. */
function tail(scanner: RqlScanner): { readonly include: readonly Argument[]; readonly paging: Paging } {
  let include: readonly Argument[] | undefined;
  let paging: Paging = {};
  for (;;) {
    const start = scanner.position;
    paging = pagingOf(scanner, paging);
    if (!scanner.tryKeyword('include')) return { include: include ?? [], paging };
    if (include !== undefined) {
      throw scanner.error('Query already has an include statement, but encountered a second one', start);
    }
    include = includeItems(scanner);
  }
}
