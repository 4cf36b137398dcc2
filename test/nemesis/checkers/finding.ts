/** Something that must not be. */
export interface Finding {
  /** By its name in the literature where it has one, for instance `G-single`. */
  readonly anomaly: string;
  /** The shortest way to see it, naming operations by their index in the history. */
  readonly explanation: string;
}
