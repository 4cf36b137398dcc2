/** A violated invariant of the operator: the message says which. */
export class InvariantError extends Error {}

export function holds(claim: boolean, message: string): void {
  if (!claim) throw new InvariantError(message);
}

/** The platform found the world changed since the decision, and did nothing: the operator looks again. */
export class PreconditionError extends Error {}
