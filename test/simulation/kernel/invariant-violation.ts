/** A run broke one of the invariants; `invariant` is its name. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

/** `describe` is only called when the invariant is broken: checks run millions of times. */
export function check(holds: boolean, invariant: string, describe: () => string): asserts holds {
  if (!holds) throw new InvariantViolation(invariant, describe());
}
