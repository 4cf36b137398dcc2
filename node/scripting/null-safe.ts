import type { Node } from 'acorn';
import MagicString from 'magic-string';
import { isNode, parseScript, type ScriptNode } from './script-tree.ts';

/** What lists have that gives something of an empty one. */
const OF_EMPTY_LISTS: ReadonlySet<string> = new Set([
  'concat',
  'every',
  'filter',
  'find',
  'findIndex',
  'flat',
  'flatMap',
  'includes',
  'indexOf',
  'lastIndexOf',
  'map',
  'reduce',
  'reduceRight',
  'reverse',
  'slice',
  'some',
  'sort',
  'splice',
]);

export interface NullSafety {
  /** What is missing, though not what is null, has the length and the methods of an empty list. The script finds `__list`. */
  readonly missingIsEmpty?: boolean;
}

/**
 * JavaScript in which a member of something that is missing is missing, too, as users of document databases expect:
 * `order.customer.name` is undefined when there is no customer. What is assigned to stays as it is.
 *
 * @throws ScriptError with the position
 */
export function nullSafe(source: string, { missingIsEmpty = false }: NullSafety = {}): string {
  const program = parseScript(source);
  const text = new MagicString(source);
  visit(program, text, source, false);
  if (missingIsEmpty) markLists(program, text, false);
  return text.toString();
}

/** Wraps what is asked for the length, or called by a method, of a list. */
function markLists(node: Node, text: MagicString, isTarget: boolean): void {
  const any = node as ScriptNode;
  const asked = listAsked(any, isTarget);
  if (asked !== undefined) wrap(asked, '__list(', text);
  for (const [key, child] of Object.entries(any)) {
    const isChildTarget = TARGETS[node.type] === key && !isPlainUnary(any);
    for (const one of Array.isArray(child) ? child : [child]) {
      if (isNode(one)) markLists(one, text, isChildTarget);
    }
  }
}

/** A call of what is null gives nothing; what else it gives is no member that is missing. The others are no single value. */
const UNMARKED: ReadonlySet<string> = new Set(['CallExpression', 'Super', 'SequenceExpression']);

/** Undefined: the node asks nothing of a list, or what it asks has an answer in the script. */
function listAsked(node: ScriptNode, isTarget: boolean): Node | undefined {
  const member = (node.type === 'CallExpression' ? node.callee : node) as Node;
  if (member.type !== 'MemberExpression' || isTarget) return undefined;
  const { object, property, computed, optional } = member as unknown as Member;
  if (computed || optional || UNMARKED.has(object.type)) return undefined;
  const { name } = property as unknown as { readonly name: string };
  if (member === node) return name === 'length' ? object : undefined;
  // Without a value to begin with, the reduction of an empty list is an error.
  const isReduction = name === 'reduce' || name === 'reduceRight';
  if (isReduction && (node.arguments as readonly Node[]).length < 2) return undefined;
  return OF_EMPTY_LISTS.has(name) ? object : undefined;
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

function listed(node: Node, text: MagicString): void {
  wrap(node, '__part(', text);
}

function wrap({ start, end }: Node, call: string, text: MagicString): void {
  text.appendRight(start, call);
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
