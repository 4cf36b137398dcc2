import { InvalidQueryError, UnsupportedQueryError } from '../query-error.ts';
import type { Argument, MethodCall } from '../rql/syntax-tree.ts';
import { fieldName } from './names.ts';

export interface IncludePlan {
  /** Paths of ids, as they were written. */
  readonly paths: readonly string[];
  /** Paths of keys of compare-exchange values. */
  readonly valuePaths: readonly string[];
  readonly timings: boolean;
}

export function compileIncludes(items: readonly Argument[], alias: string | undefined): IncludePlan {
  const paths: string[] = [];
  const valuePaths: string[] = [];
  let timings = false;
  for (const { expression } of items) {
    if (expression.kind === 'field') paths.push(fieldName(expression, alias));
    else if (expression.kind === 'string') paths.push(expression.value);
    else if (expression.kind === 'method' && expression.name.toLowerCase() === 'timings') timings = true;
    else if (expression.kind === 'method' && expression.name.toLowerCase() === 'cmpxchg') {
      valuePaths.push(valuePathOf(expression, alias));
    } else if (expression.kind === 'method') throw new UnsupportedQueryError(`include ${expression.name}()`);
    else throw new UnsupportedQueryError(`include of a ${expression.kind}`);
  }
  return { paths, valuePaths, timings };
}

/** The argument is a path of the result, also when it is written as a text. */
function valuePathOf({ arguments: given }: MethodCall, alias: string | undefined): string {
  const [only] = given;
  if (only === undefined || given.length > 1) {
    throw new InvalidQueryError(`Method 'cmpxchg()' expects one argument, but has ${given.length}`);
  }
  const { expression } = only;
  if (expression.kind === 'field') return fieldName(expression, alias);
  if (expression.kind === 'string') return expression.value;
  throw new UnsupportedQueryError(`include cmpxchg() of a ${expression.kind}`);
}
