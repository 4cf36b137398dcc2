import type { Space } from '../../spatial/space.ts';
import type { VectorOptions } from '../../vectors/vector-options.ts';

/** How the text of a field becomes terms. `default`: whole and without case. `exact`: as it is. */
export type Analysis = 'default' | 'exact' | { readonly analyzer: string };

/** A field of an index as its postings know it. */
export interface IndexField {
  /** Unique within the index, below 65,536; 0 is taken by the list of all entries. */
  readonly id: number;
  /** As queries call it: `Name`, `exact(Name)`, `search(Name)`. */
  readonly name: string;
  /** Position of its values among those that an entry holds: several fields may share one. */
  readonly source: number;
  readonly analysis: Analysis;
  /** Present where the values are shapes, as well-known text. */
  readonly spatial?: Space;
  /** Present where the values are vectors. */
  readonly vector?: VectorOptions;
}

/** The field without values whose one term holds every entry. */
export const ALL_ENTRIES_FIELD = 0;
