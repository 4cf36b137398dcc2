import MagicString from 'magic-string';
import { isNode, nodesOf, parseScript, type ScriptNode } from '../../scripting/script-tree.ts';
import { InvalidQueryError } from '../query-error.ts';

/** What the scripts of a `group by` query count and sum. */
export interface ScriptAggregates {
  readonly counts: boolean;
  /** Paths of the fields of `sum(x => x.a.b)`. */
  readonly sums: readonly string[];
  /** The same scripts with the paths in place of the arrow functions: `sum("a.b")`. */
  readonly source: string;
}

const MAY_AGGREGATE = /\b(?:count|sum)\b/;

/**
 * `count()` and `sum(x => x.field)` in JavaScript, unless the script has something of its own by that name.
 *
 * @throws ScriptError when it can't be read
 * @throws InvalidQueryError when one of them is called in another way
 */
export function scriptAggregates(source: string): ScriptAggregates {
  if (!MAY_AGGREGATE.test(source)) return { counts: false, sums: [], source };
  const nodes = [...nodesOf(parseScript(source))];
  const own = new Set(nodes.flatMap(namesBoundBy));
  const calls = nodes.filter((node) => {
    const name = calledName(node);
    return name !== undefined && !own.has(name);
  });
  const text = new MagicString(source);
  const sums = new Set<string>();
  let counts = false;
  for (const call of calls) {
    const given = call.arguments as readonly ScriptNode[];
    if (calledName(call) === 'count') {
      if (given.length > 0) throw new InvalidQueryError('count() must be called without arguments');
      counts = true;
    }
    if (calledName(call) === 'sum') {
      const [arrow] = given;
      const path = given.length === 1 && arrow !== undefined ? pathOf(arrow) : undefined;
      if (arrow === undefined || path === undefined) {
        throw new InvalidQueryError(
          'sum(doc => doc.fieldName) must be called with an arrow function that gives the field to sum up',
        );
      }
      sums.add(path);
      text.overwrite(arrow.start, arrow.end, JSON.stringify(path));
    }
  }
  return { counts, sums: [...sums], source: text.toString() };
}

function calledName({ type, callee }: ScriptNode): string | undefined {
  return type === 'CallExpression' && isNode(callee) && callee.type === 'Identifier'
    ? (callee.name as string)
    : undefined;
}

/** Names of variables, functions and parameters; those of patterns are left out, and the value is called then. */
function namesBoundBy({ type, id, params }: ScriptNode): readonly string[] {
  const bound =
    type === 'VariableDeclarator' || /Function/.test(type) ? [id, ...((params ?? []) as unknown[])] : [];
  return bound.flatMap((one) => (isNode(one) && one.type === 'Identifier' ? [one.name as string] : []));
}

/** `a.b` of `x => x.a.b`; undefined: it is anything else. */
function pathOf({ type, params, body }: ScriptNode): string | undefined {
  if (type !== 'ArrowFunctionExpression') return undefined;
  const [only, ...more] = params as readonly ScriptNode[];
  if (only?.type !== 'Identifier' || more.length > 0) return undefined;
  const names: string[] = [];
  let at = body as ScriptNode;
  while (at.type === 'MemberExpression' && at.computed === false) {
    const property = at.property as ScriptNode;
    if (property.type !== 'Identifier') return undefined;
    names.unshift(property.name as string);
    at = at.object as ScriptNode;
  }
  return at.type === 'Identifier' && at.name === only.name && names.length > 0 ? names.join('.') : undefined;
}
