import type { Node } from 'acorn';
import MagicString from 'magic-string';
import { isNode, parseScript, type ScriptNode } from './script-tree.ts';

/**
 * JavaScript in which a member of something that is missing is missing, too, as users of document databases expect:
 * `order.customer.name` is undefined when there is no customer. What is assigned to stays as it is.
 *
 * @throws ScriptError with the position
 */
export function nullSafe(source: string): string {
  const program = parseScript(source);
  const text = new MagicString(source);
  visit(program, text, source, false);
  return text.toString();
}

/** `isTarget`: the node is assigned to, or deleted, so that its chain must not be cut short. */
function visit(node: Node, text: MagicString, source: string, isTarget: boolean): void {
  const any = node as ScriptNode;
  if (node.type === 'MemberExpression') {
    const { object, property, computed, optional } = any as unknown as Member;
    if (!isTarget && !optional && object.type !== 'Super')
      makeOptional(object, property, computed, text, source);
    visit(object, text, source, isTarget);
    if (computed) visit(property, text, source, false);
    return;
  }
  // Of a long text, members can't be listed (see bounded-builtins.ts).
  if (node.type === 'ObjectExpression') {
    for (const one of any.properties as readonly ScriptNode[]) {
      if (one.type === 'SpreadElement') listed(one.argument as Node, text);
    }
  }
  if (node.type === 'ForInStatement') listed(any.right as Node, text);
  for (const [key, child] of Object.entries(any)) {
    const isChildTarget = TARGETS[node.type] === key && !isPlainUnary(any);
    for (const one of Array.isArray(child) ? child : [child]) {
      if (isNode(one))
        visit(one, text, source, isChildTarget || (isTarget && node.type === 'CallExpression'));
    }
  }
}

function listed({ start, end }: Node, text: MagicString): void {
  text.appendRight(start, '__part(');
  text.appendLeft(end, ')');
}

interface Member {
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
  readonly optional: boolean;
}

/** Where a chain of members must stay whole, by the type of what holds it. */
const TARGETS: Readonly<Record<string, string>> = {
  AssignmentExpression: 'left',
  UpdateExpression: 'argument',
  UnaryExpression: 'argument',
  NewExpression: 'callee',
  TaggedTemplateExpression: 'tag',
  ForInStatement: 'left',
  ForOfStatement: 'left',
};

/** Of the unary operators only `delete` wants a place instead of a value. */
function isPlainUnary(node: ScriptNode): boolean {
  return node.type === 'UnaryExpression' && node.operator !== 'delete';
}

function makeOptional(
  object: Node,
  property: Node,
  computed: boolean,
  text: MagicString,
  source: string,
): void {
  if (computed) {
    const bracket = source.indexOf('[', object.end);
    text.appendLeft(bracket, '?.');
    return;
  }
  // Between the two there is a point, and maybe comments, which may hold points.
  const dot = source.lastIndexOf('.', property.start);
  text.update(dot, dot + 1, '?.');
}
