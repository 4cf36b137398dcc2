import { type Node, parse } from 'acorn';
import { ScriptError } from './script-error.ts';

/** A part of a script as acorn reads it, with the members of its type. */
export type ScriptNode = Node & Readonly<Record<string, unknown>>;

/** @throws ScriptError with the position */
export function parseScript(source: string): ScriptNode {
  try {
    return parse(source, {
      ecmaVersion: 'latest',
      allowReturnOutsideFunction: true,
    }) as unknown as ScriptNode;
  } catch (error) {
    throw new ScriptError(
      'syntax',
      `Failed to parse: ${error instanceof Error ? error.message : error}`,
      error,
    );
  }
}

export function isNode(value: unknown): value is ScriptNode {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** All parts of a script, itself first. */
export function* nodesOf(tree: ScriptNode): Generator<ScriptNode> {
  yield tree;
  for (const child of Object.values(tree)) {
    for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) yield* nodesOf(one);
  }
}
