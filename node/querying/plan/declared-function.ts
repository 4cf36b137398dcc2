import type { DeclaredFunction } from '../rql/syntax-tree.ts';

/** `declare function` as JavaScript. */
export function functionText({ name, parameters, body }: DeclaredFunction): string {
  return `function ${name}(${parameters.join(', ')}) {${body.text}}`;
}
