/** The core found its own state, or a peer of the same term, contradicting the protocol. The node must stop. */
export class RachisInvariantError extends Error {
  override readonly name = 'RachisInvariantError';
}

/** The durable state that a core was started with does not hold together. */
export class RachisRestoreError extends Error {
  override readonly name = 'RachisRestoreError';
}

/** States what must hold; `describe` is only called when it does not. */
export function invariant(holds: boolean, describe: () => string): asserts holds {
  if (!holds) throw new RachisInvariantError(describe());
}
