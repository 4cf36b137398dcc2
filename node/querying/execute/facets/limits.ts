/** Limits of the execution of facets. */
export interface FacetLimits {
  /** Matching entries that are read one by one; of more the postings are read instead. */
  readonly byRowMax: number;
  /** Entries that are aggregated at once: 28 bytes each. */
  readonly atOnce: number;
}

/** Terms that are counted between two looks at whether others should have a turn. */
export const TERMS_BETWEEN_LOOKS = 64;

export const FACET_LIMITS: FacetLimits = { byRowMax: 4096, atOnce: 1024 * 1024 };
