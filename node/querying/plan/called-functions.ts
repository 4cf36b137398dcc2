import type { DeclaredFunction, MethodCall } from '../rql/syntax-tree.ts';

/** A call of a declared function in a condition, and the name of the field that holds what it gives. */
export interface CalledFunction {
  readonly field: string;
  readonly call: MethodCall;
}

/** Collects the calls of functions that a query declares: what they give is compared as the values of fields are. */
export class CalledFunctions {
  readonly #declared: ReadonlySet<string>;
  readonly #calls: CalledFunction[] = [];

  constructor(declared: readonly DeclaredFunction[]) {
    this.#declared = new Set(declared.map(({ name }) => name));
  }

  /** The field of a call; undefined: the query declares no such function. */
  fieldOf(call: MethodCall): string | undefined {
    if (!this.#declared.has(call.name)) return undefined;
    const field = `${call.name}()#${this.#calls.length}`;
    this.#calls.push({ field, call });
    return field;
  }

  get all(): readonly CalledFunction[] {
    return this.#calls;
  }
}
