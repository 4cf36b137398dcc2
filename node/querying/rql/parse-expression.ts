import { checkDepth, expectValue, tryOperand, tryValue } from './parse-operand.ts';
import type { RqlScanner } from './rql-scanner.ts';
import type { ComparisonOperator, Expression, Field, MethodCall, Value } from './syntax-tree.ts';

/** Longer ones first: `<=` is not `<`. */
const OPERATORS: readonly (readonly [symbol: string, operator: ComparisonOperator])[] = [
  ['==', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<=', '<='],
  ['>=', '>='],
  ['=', '='],
  ['<', '<'],
  ['>', '>'],
];

/** `and` binds tighter than `or`; `not` after either binds tightest. */
export function parseExpression(scanner: RqlScanner, depth = 0): Expression {
  checkDepth(scanner, depth);
  return disjunction(scanner, depth, term(scanner, depth));
}

/** As `parseExpression`, when the operand that it starts with was read already. */
export function expressionAfter(scanner: RqlScanner, operand: Field | MethodCall, depth: number): Expression {
  return disjunction(scanner, depth, predicate(scanner, operand, depth));
}

function disjunction(scanner: RqlScanner, depth: number, first: Expression): Expression {
  let left = conjunction(scanner, depth, first);
  while (scanner.tryKeyword('or')) {
    left = { kind: 'or', left, right: conjunction(scanner, depth, negatable(scanner, depth)) };
  }
  return left;
}

function conjunction(scanner: RqlScanner, depth: number, first: Expression): Expression {
  let left = first;
  while (scanner.tryKeyword('and')) left = { kind: 'and', left, right: negatable(scanner, depth) };
  return left;
}

function negatable(scanner: RqlScanner, depth: number): Expression {
  if (!scanner.tryKeyword('not')) return term(scanner, depth);
  return { kind: 'not', operand: term(scanner, depth) };
}

function term(scanner: RqlScanner, depth: number): Expression {
  if (scanner.isKeyword('not')) {
    throw scanner.error("'not' must follow 'and' or 'or': write 'true and not …'");
  }
  if (scanner.trySymbol('(')) {
    const inner = parseExpression(scanner, depth + 1);
    scanner.expectSymbol(')', 'after a clause in parentheses');
    return inner;
  }
  const start = scanner.position;
  if (scanner.tryKeyword('true')) {
    if (!scanner.isSymbol('.') && !scanner.isSymbol('(') && tryOperator(scanner) === undefined) {
      return { kind: 'true' };
    }
    scanner.rewind(start);
  }
  const operand = tryOperand(scanner, depth);
  if (operand === undefined) {
    throw scanner.error(`Expected a field or a method but got: ${scanner.found}`);
  }
  return predicate(scanner, operand, depth);
}

function predicate(scanner: RqlScanner, operand: Field | MethodCall, depth: number): Expression {
  const operator = tryOperator(scanner);
  if (operator !== undefined) {
    return { kind: 'comparison', operator, left: operand, right: rightHand(scanner, operator, depth) };
  }
  if (scanner.tryKeyword('between')) {
    const min = bound(scanner, depth);
    scanner.expectKeyword('and', 'between the ends of a range');
    return { kind: 'between', operand, min, max: bound(scanner, depth) };
  }
  const isAll = scanner.tryKeyword('all');
  if (scanner.tryKeyword('in')) return { kind: 'in', operand, all: isAll, values: list(scanner) };
  if (isAll) throw scanner.error(`Expected 'in' after 'all' but got: ${scanner.found}`);
  if (operand.kind === 'method') return operand;
  throw scanner.error(
    `Expected an operator after a field: one of =, !=, <, <=, >, >=, between, in or all in, but got: ${scanner.found}`,
  );
}

function tryOperator(scanner: RqlScanner): ComparisonOperator | undefined {
  return OPERATORS.find(([symbol]) => scanner.trySymbol(symbol))?.[1];
}

function rightHand(
  scanner: RqlScanner,
  operator: ComparisonOperator,
  depth: number,
): Value | Field | MethodCall {
  const right = tryValue(scanner) ?? tryOperand(scanner, depth + 1);
  if (right === undefined)
    throw scanner.error(`Expected a value after '${operator}' but got: ${scanner.found}`);
  return right;
}

function bound(scanner: RqlScanner, depth: number): Value | MethodCall {
  const value = tryValue(scanner);
  if (value !== undefined) return value;
  const operand = tryOperand(scanner, depth + 1);
  if (operand?.kind === 'method') return operand;
  throw scanner.error(`Expected the end of a range but got: ${scanner.found}`);
}

function list(scanner: RqlScanner): readonly Value[] {
  scanner.expectSymbol('(', "after 'in'");
  const values: Value[] = [];
  if (!scanner.isSymbol(')')) {
    do values.push(expectValue(scanner, "in the list of 'in'"));
    while (scanner.trySymbol(','));
  }
  scanner.expectSymbol(')', "after the list of 'in'");
  return values;
}
