/** Where a range of terms begins or ends. */
export interface RangeEnd {
  readonly bytes: Buffer;
  readonly inclusive: boolean;
}

/** Ends of a range of terms of one kind; an absent end is open. */
export interface TermRange {
  readonly from?: RangeEnd;
  readonly to?: RangeEnd;
  readonly reverse?: boolean;
}
