import type { Clause, Query } from '../syntax/syntax-tree.ts';
import { type Context, fault, isOfRoot, variable, withGroups, withVariables } from './context.ts';
import { translate } from './translate-expression.ts';

/** The JavaScript of `from … select …`: loops within each other that collect results. @throws LinqError */
export function translateQuery({ clauses, end }: Query, context: Context): string {
  const loops = new Loops(context);
  for (const clause of clauses) loops.add(clause);
  if (end.kind === 'select') {
    return loops.finished(`out.push(${translate(end.value, loops.context)});`, 'out');
  }
  const key = translate(end.key, loops.context);
  return loops.finished(`out.push([${key}, ${translate(end.value, loops.context)}]);`, '__cs.grouping(out)');
}

class Loops {
  context: Context;
  /** Statements, and how many braces are open behind the last. */
  #text = 'const out = [];';
  #open = 0;
  #orders = 0;
  #isOfRoot = false;
  readonly #names: string[] = [];

  constructor(context: Context) {
    this.context = context;
  }

  add(clause: Clause): void {
    switch (clause.kind) {
      case 'from': {
        const source = translate(clause.source, this.context);
        const isOfRootHere = isOfRoot(clause.source, this.context);
        this.#isOfRoot ||= isOfRootHere;
        this.#declare(clause);
        if (isOfRootHere && clause.source.kind === 'query' && clause.source.end.kind === 'group') {
          this.context = withGroups(this.context, [clause.name]);
        }
        this.#begin(`for (const ${variable(clause.name)} of __cs.list(${source})) {`);
        return;
      }
      case 'let': {
        const value = translate(clause.value, this.context);
        this.#declare(clause);
        this.#text += `const ${variable(clause.name)} = ${value};`;
        return;
      }
      case 'where':
        this.#begin(`if (__cs.isTrue(${translate(clause.test, this.context)})) {`);
        return;
      case 'orderby':
        this.#order(clause);
    }
  }

  finished(last: string, result: string): string {
    return `(() => { ${this.#text} ${last} ${'}'.repeat(this.#open)} return ${result}; })()`;
  }

  #begin(statement: string): void {
    this.#text += ` ${statement}`;
    this.#open += 1;
  }

  #declare({ at, name }: Extract<Clause, { kind: 'from' | 'let' }>): void {
    if (this.context.variables.has(name)) {
      throw fault(this.context, { at }, `A variable named '${name}' is already defined in this scope.`);
    }
    this.#names.push(name);
    this.context = withVariables(this.context, [name]);
  }

  /** All that was found so far, then a loop over it in order. */
  #order({ at, keys }: Extract<Clause, { kind: 'orderby' }>): void {
    if (this.#isOfRoot) {
      throw fault(
        this.context,
        { at },
        'OrderBy calls are not valid during map or reduce phase: order the results in the query.',
      );
    }
    const rows = `rows${this.#orders++}`;
    const variables = `[${this.#names.map(variable).join(', ')}]`;
    const values = keys.map(({ value }) => translate(value, this.context)).join(', ');
    const signs = keys.map(({ isDescending }) => (isDescending ? -1 : 1)).join(', ');
    this.#text = `const ${rows} = []; ${this.#text} ${rows}.push([${variables}, [${values}]]); ${'}'.repeat(this.#open)}`;
    this.#open = 0;
    this.#begin(`for (const ${variables} of __cs.sorted(${rows}, [${signs}])) {`);
  }
}
