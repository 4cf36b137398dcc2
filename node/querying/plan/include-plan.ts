import { UnsupportedQueryError } from '../query-error.ts';
import type { Argument } from '../rql/syntax-tree.ts';
import { fieldName } from './names.ts';

export interface IncludePlan {
  /** Paths of ids, as they were written. */
  readonly paths: readonly string[];
  readonly timings: boolean;
}

export function compileIncludes(items: readonly Argument[], alias: string | undefined): IncludePlan {
  const paths: string[] = [];
  let timings = false;
  for (const { expression } of items) {
    if (expression.kind === 'field') paths.push(fieldName(expression, alias));
    else if (expression.kind === 'string') paths.push(expression.value);
    else if (expression.kind === 'method' && expression.name.toLowerCase() === 'timings') timings = true;
    else if (expression.kind === 'method') throw new UnsupportedQueryError(`include ${expression.name}()`);
    else throw new UnsupportedQueryError(`include of a ${expression.kind}`);
  }
  return { paths, timings };
}
