import { NESTED_CLAUSES_MAX } from './limits.ts';
import { expressionAfter, parseExpression } from './parse-expression.ts';
import type { RqlScanner } from './rql-scanner.ts';
import type { Argument, Expression, Field, FieldPart, MethodCall, Value } from './syntax-tree.ts';

/** A literal or a parameter, if there is one. */
export function tryValue(scanner: RqlScanner): Value | undefined {
  if (scanner.isKeyword('true') || scanner.isKeyword('false')) {
    return { kind: 'boolean', value: scanner.tryIdentifier()?.toLowerCase() === 'true' };
  }
  if (scanner.tryKeyword('null')) return { kind: 'null' };
  if (scanner.trySymbol('$')) {
    const name = scanner.tryIdentifier();
    if (name === undefined) throw scanner.error("Expected the name of a parameter after '$'");
    return { kind: 'parameter', name };
  }
  const number = scanner.tryNumber();
  if (number !== undefined) return { kind: 'number', text: number, isInteger: !number.includes('.') };
  const value = scanner.tryString();
  return value === undefined ? undefined : { kind: 'string', value };
}

export function expectValue(scanner: RqlScanner, where: string): Value {
  const value = tryValue(scanner);
  if (value === undefined) throw scanner.error(`Expected a value ${where} but got: ${scanner.found}`);
  return value;
}

/** A field path or the call of a method. A text in quotes is the start of a path when a point or bracket follows. */
export function tryOperand(scanner: RqlScanner, depth: number): Field | MethodCall | undefined {
  const start = scanner.position;
  const first = tryPart(scanner);
  if (first === undefined) return undefined;
  const parts = [first];
  while (scanner.trySymbol('.')) {
    const part = tryPart(scanner) ?? numberPart(scanner);
    if (part === undefined) throw scanner.error(`Expected a name after '.' but got: ${scanner.found}`);
    parts.push(part);
  }
  if (!scanner.isSymbol('(') || parts.some((part) => part.isQuoted || part.indexers.length > 0)) {
    return { kind: 'field', parts };
  }
  return methodCall(scanner, parts.map((part) => part.name).join('.'), start, depth);
}

/** A part of a path: `name`, `'quoted name'`, either with brackets. */
function tryPart(scanner: RqlScanner): FieldPart | undefined {
  const quoted = scanner.tryString();
  const name =
    quoted ?? (scanner.takesParameters ? tryParameter(scanner) : undefined) ?? scanner.tryIdentifier();
  if (name === undefined) return undefined;
  return { name, isQuoted: quoted !== undefined, indexers: indexers(scanner) };
}

/** `$name`, with its sign. */
function tryParameter(scanner: RqlScanner): string | undefined {
  if (!scanner.trySymbol('$')) return undefined;
  const name = scanner.tryIdentifier();
  if (name === undefined) throw scanner.error("Expected the name of a parameter after '$'");
  return `$${name}`;
}

/** `Lines.0`: an element by its number, as RavenDB writes `Lines[0]` in the names of fields. */
function numberPart(scanner: RqlScanner): FieldPart | undefined {
  const name = scanner.tryNumber();
  return name === undefined ? undefined : { name, isQuoted: false, indexers: indexers(scanner) };
}

function indexers(scanner: RqlScanner): readonly (number | null)[] {
  const found: (number | null)[] = [];
  while (scanner.trySymbol('[')) {
    const index = scanner.tryNumber();
    found.push(index === undefined ? null : Number(index));
    scanner.expectSymbol(']', 'after an index');
  }
  return found;
}

function methodCall(scanner: RqlScanner, name: string, start: number, depth: number): MethodCall {
  checkDepth(scanner, depth);
  scanner.expectSymbol('(', `of ${name}`);
  const given: Argument[] = [];
  if (!scanner.isSymbol(')')) {
    if (name.toLowerCase() === 'when') {
      given.push({ expression: parameterCondition(scanner, depth + 1) });
      if (!scanner.trySymbol(','))
        throw scanner.error("Expected ',' and a clause after the condition of when()");
    }
    do given.push(argument(scanner, name, depth + 1));
    while (scanner.trySymbol(','));
  }
  if (!scanner.trySymbol(')')) {
    throw scanner.error(`Expected ',' or ')' in the arguments of ${name}() but got: ${scanner.found}`);
  }
  const path: string[] = [];
  while (scanner.trySymbol('.')) {
    const part = scanner.tryIdentifier();
    if (part === undefined) throw scanner.error(`Expected a name after '.' but got: ${scanner.found}`);
    if (scanner.isSymbol('(')) throw scanner.error(`${name}() has no method ${part}()`, start);
    path.push(part);
  }
  return { kind: 'method', name, arguments: given, path };
}

/** A condition on parameters instead of fields. */
function parameterCondition(scanner: RqlScanner, depth: number): Expression {
  scanner.takesParameters = true;
  const condition = parseExpression(scanner, depth);
  scanner.takesParameters = false;
  return condition;
}

function argument(scanner: RqlScanner, of: string, depth: number): Argument {
  const expression = bareArgument(scanner, of, depth);
  if (!scanner.tryKeyword('as')) return { expression };
  const alias = scanner.tryIdentifier() ?? scanner.tryString();
  if (alias === undefined) throw scanner.error(`Expected a name after 'as' but got: ${scanner.found}`);
  return { expression, alias };
}

/** A value or a field alone, else a whole expression. */
function bareArgument(scanner: RqlScanner, of: string, depth: number): Value | Field | Expression {
  const start = scanner.position;
  const value = tryValue(scanner);
  if (value !== undefined && endsArgument(scanner)) return value;
  scanner.rewind(start);
  if (value?.kind === 'boolean' || scanner.isSymbol('(')) return parseExpression(scanner, depth);
  const operand = tryOperand(scanner, depth);
  if (operand === undefined) {
    throw scanner.error(`Expected an argument of ${of}() but got: ${scanner.found}`);
  }
  return endsArgument(scanner) ? operand : expressionAfter(scanner, operand, depth);
}

function endsArgument(scanner: RqlScanner): boolean {
  return scanner.isSymbol(',') || scanner.isSymbol(')') || scanner.isKeyword('as');
}

/** Each nested clause is a few calls on the parser's own stack. */
export function checkDepth(scanner: RqlScanner, depth: number): void {
  if (depth <= NESTED_CLAUSES_MAX) return;
  throw scanner.error(`Query is too complex, over ${NESTED_CLAUSES_MAX} nested clauses are not allowed`);
}
