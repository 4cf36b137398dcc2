/** A value that a map gave for a group, and what reducing gives: a JSON object. */
export type ReducedObject = Readonly<Record<string, unknown>>;

/** The values of a group could not be reduced. */
export class ReduceFailure {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** How the values of a group become one. Values and results have the same shape, so results can be reduced again. */
export interface Reducer {
  /** The group of each value, as JSON: equal texts are one group. */
  readonly keysOf: (values: readonly ReducedObject[]) => readonly string[];
  /** One result for each group, in their order; null: the group has none. Never throws. */
  readonly reduce: (groups: readonly (readonly ReducedObject[])[]) => readonly ReduceOutcome[];
  /** What is shown of a result, and written of it as a document; absent: the whole. */
  readonly shown?: (result: ReducedObject) => ReducedObject;
}

export type ReduceOutcome = ReducedObject | ReduceFailure | null;
