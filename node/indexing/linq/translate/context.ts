import { LinqError } from '../linq-error.ts';
import type { Expression } from '../syntax/syntax-tree.ts';

/** What an expression is translated in. */
export interface Context {
  readonly source: string;
  readonly variables: ReadonlySet<string>;
  /** Of a reduce, the variables that hold a group. */
  readonly groups: ReadonlySet<string>;
  /** Whether the expression is what the map or reduce reads from, and the JavaScript of that. */
  readonly root: { readonly is: (expression: Expression) => boolean; readonly script: string };
  /** Values of a reduce were JSON in between: whether a number was whole by its type is not known. */
  readonly isReduce: boolean;
}

export function withVariables(context: Context, names: readonly string[]): Context {
  return { ...context, variables: new Set([...context.variables, ...names]) };
}

export function withGroups(context: Context, names: readonly string[]): Context {
  return context.isReduce ? { ...context, groups: new Set([...context.groups, ...names]) } : context;
}

/** A C# variable in JavaScript. */
export function variable(name: string): string {
  return `$${name.replace(/[^A-Za-z0-9_]/gu, (one) => `$${one.codePointAt(0)?.toString(16)}$`)}`;
}

export function fault(context: Context, { at }: { readonly at: number }, why: string): LinqError {
  return new LinqError(context.source, at, why);
}

/** Whether it is the map's source, or what methods make of that. */
export function isOfRoot(expression: Expression, context: Context): boolean {
  let one = expression;
  for (;;) {
    if (context.root.is(one)) return true;
    if (one.kind === 'query') one = one.clauses[0]?.kind === 'from' ? one.clauses[0].source : one;
    else if (one.kind !== 'call' || one.callee.kind !== 'member') return false;
    else one = one.callee.target;
    if (one.kind === 'query' && one.clauses[0]?.kind !== 'from') return false;
  }
}
