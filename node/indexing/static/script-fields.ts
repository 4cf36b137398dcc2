import { isNode, nodesOf, parseScript, type ScriptNode } from '../../scripting/script-tree.ts';

/**
 * Names of the fields that a JavaScript map or reduce gives, as far as its text tells: those of the objects that its
 * functions return. They can be asked for even where no document has them.
 *
 * @throws ScriptError when it can't be read
 */
export function scriptFields(text: string): readonly string[] {
  const objects = [...nodesOf(parseScript(text))].flatMap(returnedBy);
  const names = objects.flatMap(({ properties }) => (properties as readonly ScriptNode[]).flatMap(nameOf));
  return [...new Set(names)];
}

/** The object literals that an arrow or a return statement gives. */
function returnedBy({ type, body, argument }: ScriptNode): readonly ScriptNode[] {
  return type === 'ArrowFunctionExpression'
    ? objectsOf(body)
    : type === 'ReturnStatement'
      ? objectsOf(argument)
      : [];
}

/** Those that an expression may come to, alone, in a list, or as one of several cases. */
function objectsOf(value: unknown): readonly ScriptNode[] {
  if (!isNode(value)) return [];
  switch (value.type) {
    case 'ObjectExpression':
      return [value];
    case 'ArrayExpression':
      return (value.elements as readonly unknown[]).flatMap(objectsOf);
    case 'ConditionalExpression':
      return [value.consequent, value.alternate].flatMap(objectsOf);
    case 'CallExpression':
      return isBoost(value) ? objectsOf((value.arguments as readonly unknown[])[0]) : [];
    case 'LogicalExpression':
      return [value.left, value.right].flatMap(objectsOf);
    default:
      return [];
  }
}

function isBoost({ callee }: ScriptNode): boolean {
  return isNode(callee) && callee.type === 'Identifier' && callee.name === 'boost';
}

function nameOf({ type, computed, key }: ScriptNode): readonly string[] {
  if (type !== 'Property' || computed === true || !isNode(key)) return [];
  const name = key.type === 'Identifier' ? key.name : key.value;
  return typeof name === 'string' ? [name] : [];
}
