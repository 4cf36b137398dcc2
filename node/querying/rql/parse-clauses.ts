import { parseExpression } from './parse-expression.ts';
import { expectValue, tryOperand, tryValue } from './parse-operand.ts';
import type { RqlScanner } from './rql-scanner.ts';
import type {
  Argument,
  DeclaredFunction,
  Field,
  FromClause,
  GroupItem,
  LoadItem,
  MethodCall,
  OrderItem,
  OrderType,
  Paging,
  SelectClause,
  SelectItem,
  Value,
} from './syntax-tree.ts';

/** Words that end the place where an alias could be. */
const CLAUSES: ReadonlySet<string> = new Set([
  'as',
  'select',
  'where',
  'load',
  'group',
  'order',
  'include',
  'update',
  'offset',
  'limit',
  'filter',
  'filter_limit',
  'scale',
]);

export function declaredFunction(scanner: RqlScanner): DeclaredFunction {
  const kind = scanner.tryKeyword('timeseries') ? 'timeseries' : 'function';
  if (kind === 'function') scanner.expectKeyword('function', "after 'declare'");
  const name = scanner.tryIdentifier();
  if (name === undefined) throw scanner.error(`Expected the name of a function but got: ${scanner.found}`);
  const { text } = scanner.parenthesised(name);
  const parameters = text
    .split(',')
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '');
  return { kind, name, parameters, body: scanner.javaScriptBlock(false, name) };
}

export function fromClause(scanner: RqlScanner): FromClause {
  const isIndex = scanner.tryKeyword('index');
  if (scanner.isAnyKeyword(CLAUSES)) throw scanner.error(unreadableSource(scanner));
  const source = scanner.tryString() ?? scanner.tryIdentifier();
  if (source === undefined) throw scanner.error(unreadableSource(scanner));
  let sourceFilter: FromClause['sourceFilter'];
  if (!isIndex && scanner.trySymbol('(')) {
    sourceFilter = parseExpression(scanner);
    scanner.expectSymbol(')', 'after the filter of a collection');
  }
  const alias = tryAlias(scanner);
  return {
    isIndex,
    source,
    ...(alias === undefined ? {} : { alias }),
    ...(sourceFilter === undefined ? {} : { sourceFilter }),
  };
}

function unreadableSource(scanner: RqlScanner): string {
  return `Unable to parse identifier in FROM clause but got: ${scanner.found}`;
}

export function groupItems(scanner: RqlScanner): readonly GroupItem[] {
  return listOf(scanner, () => {
    const expression = operandOrValue(scanner, 'in GROUP BY');
    const alias = tryAlias(scanner);
    return { expression, ...(alias === undefined ? {} : { alias }) };
  });
}

export function orderItems(scanner: RqlScanner): readonly OrderItem[] {
  return listOf(scanner, () => orderItem(scanner));
}

function orderItem(scanner: RqlScanner): OrderItem {
  const expression = operandOrText(scanner);
  const as = scanner.tryKeyword('as') ? orderType(scanner) : 'implicit';
  const descending = scanner.tryKeyword('desc') || scanner.tryKeyword('descending');
  if (!descending && !scanner.tryKeyword('asc')) scanner.tryKeyword('ascending');
  if (!scanner.tryKeyword('nulls')) return { expression, as, descending };
  if (scanner.tryKeyword('first')) return { expression, as, descending, nulls: 'first' };
  scanner.expectKeyword('last', "or 'first' after 'nulls'");
  return { expression, as, descending, nulls: 'last' };
}

/** `order by 'spatial.point(lat, lng)'` holds an expression in quotes. */
function operandOrText(scanner: RqlScanner): OrderItem['expression'] {
  const operand = tryOperand(scanner, 0);
  if (operand === undefined) throw scanner.error(`Expected a field in ORDER BY but got: ${scanner.found}`);
  return operand;
}

function orderType(scanner: RqlScanner): OrderType {
  const word = scanner.tryIdentifier() ?? '';
  switch (word.toLowerCase()) {
    case 'string':
      return 'string';
    case 'long':
      return 'long';
    case 'double':
      return 'double';
    case 'alphanumeric':
      return 'alphaNumeric';
    default:
      throw scanner.error(`Invalid ORDER BY type '${word}': it must be string, long, double or alphaNumeric`);
  }
}

export function loadItems(scanner: RqlScanner): readonly LoadItem[] {
  return listOf(scanner, () => {
    const expression = operandOrValue(scanner, 'in LOAD');
    if (expression.kind === 'method') {
      throw scanner.error(`LOAD clause requires a field or a value, not a call of ${expression.name}()`);
    }
    const isNamed = scanner.tryKeyword('as');
    const alias = scanner.isAnyKeyword(CLAUSES) ? undefined : scanner.tryIdentifier();
    if (alias === undefined) {
      throw scanner.error(
        `LOAD clause requires an alias${isNamed ? '' : " ('as x')"} but got: ${scanner.found}`,
      );
    }
    const isArray = scanner.trySymbol('[');
    if (isArray) scanner.expectSymbol(']', 'after the alias of several documents');
    return { expression, alias, isArray };
  });
}

export function selectClause(scanner: RqlScanner): SelectClause {
  const distinct = scanner.tryKeyword('distinct');
  if (scanner.trySymbol('*')) return { kind: 'all', distinct };
  if (scanner.isSymbol('{')) {
    return { kind: 'javascript', distinct, object: scanner.javaScriptBlock(true, 'SELECT') };
  }
  return { kind: 'fields', distinct, items: listOf(scanner, () => selectItem(scanner)) };
}

function selectItem(scanner: RqlScanner): SelectItem {
  const expression = timeSeries(scanner) ?? operandOrValue(scanner, 'in SELECT');
  if (!scanner.tryKeyword('as')) return { expression };
  const alias = scanner.tryString() ?? scanner.tryIdentifier();
  if (alias === undefined) throw scanner.error(`Expected a name after 'as' but got: ${scanner.found}`);
  return { expression, alias };
}

function timeSeries(scanner: RqlScanner): SelectItem['expression'] | undefined {
  const start = scanner.position;
  if (!scanner.tryKeyword('timeseries') || !scanner.isSymbol('(')) {
    scanner.rewind(start);
    return undefined;
  }
  return { kind: 'timeseries', body: scanner.parenthesised('timeseries') };
}

export function includeItems(scanner: RqlScanner): readonly Argument[] {
  return listOf(scanner, () => {
    const expression = operandOrValue(scanner, 'in INCLUDE');
    return { expression };
  });
}

/** `limit take`, `limit skip, take`, `offset skip`; the two-value limit and an offset exclude each other. */
export function pagingOf(scanner: RqlScanner, given: Paging): Paging {
  let paging = given;
  for (;;) {
    const start = scanner.position;
    if (scanner.tryKeyword('limit')) {
      if (paging.limit !== undefined) throw scanner.error('There is a LIMIT already', start);
      const first = expectValue(scanner, "after 'limit'");
      if (!scanner.trySymbol(',')) paging = { ...paging, limit: first };
      else if (paging.offset === undefined) {
        paging = { ...paging, offset: first, limit: expectValue(scanner, "after 'limit'") };
      } else throw scanner.error("LIMIT with two values has an offset: it can't be with OFFSET", start);
    } else if (scanner.tryKeyword('offset')) {
      if (paging.offset !== undefined) throw scanner.error('There is an OFFSET already', start);
      paging = { ...paging, offset: expectValue(scanner, "after 'offset'") };
    } else if (scanner.tryKeyword('filter_limit')) {
      if (paging.filterLimit !== undefined) throw scanner.error('There is a FILTER_LIMIT already', start);
      paging = { ...paging, filterLimit: expectValue(scanner, "after 'filter_limit'") };
    } else return paging;
  }
}

/** A method, a field, or a literal. A text in quotes is a literal here unless a path goes on from it. */
function operandOrValue(scanner: RqlScanner, where: string): Field | MethodCall | Value {
  const start = scanner.position;
  const value = tryValue(scanner);
  if (value !== undefined && !scanner.isSymbol('.') && !scanner.isSymbol('[') && !scanner.isSymbol('(')) {
    return value;
  }
  scanner.rewind(start);
  const operand = tryOperand(scanner, 0);
  if (operand === undefined) throw scanner.error(`Expected a field ${where} but got: ${scanner.found}`);
  return operand;
}

function tryAlias(scanner: RqlScanner): string | undefined {
  if (scanner.tryKeyword('as')) {
    const alias = scanner.tryString() ?? scanner.tryIdentifier();
    if (alias === undefined) throw scanner.error(`Expected an alias after 'as' but got: ${scanner.found}`);
    return alias;
  }
  return scanner.isAnyKeyword(CLAUSES) ? undefined : scanner.tryIdentifier();
}

function listOf<Item>(scanner: RqlScanner, item: () => Item): readonly Item[] {
  const items = [item()];
  while (scanner.trySymbol(',')) items.push(item());
  return items;
}
