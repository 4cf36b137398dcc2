/** How alike two texts are: 1 when they are equal, 0 when they have nothing in common. */
export type StringDistance = 'Levenshtein' | 'JaroWinkler' | 'NGram';

export interface SuggestionOptions {
  readonly distance: StringDistance;
  /** How alike a suggestion must at least be. */
  readonly accuracy: number;
  /** `popularity`: of those that are equally alike, the ones that more documents have come first. */
  readonly sort: 'similarity' | 'popularity';
  readonly pageSize: number;
}

/** `suggest(field, 'term')`: the words of the field that are like these. */
export interface SuggestionPlan {
  /** As the answer calls it. */
  readonly name: string;
  readonly field: string;
  readonly terms: readonly string[];
  readonly options: SuggestionOptions;
}
