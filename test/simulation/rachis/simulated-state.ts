import type { Entry } from '../../../node/rachis/core/entry.ts';

/** What the log of a simulated cluster is applied to: its state machine, of which the simulation wants to know more. */
export interface SimulatedState<Self> {
  readonly appliedIndex: number;
  /** Depends on everything in it that has to be equal on all nodes. */
  readonly digest: number | string;
  apply(entry: Entry): void;
  /** What a request came to, as one number; undefined when it has not taken effect. */
  placeOf(requestId: number): number | undefined;
  clone(): Self;
  /** A copy as a snapshot brings it to another node. */
  sent(): Self;
}
