import type { TermRange } from '../../indexing/store/index-reader.ts';
import type { Term } from '../../indexing/store/term.ts';

/** A where clause in terms of the fields and terms of one index: what the engine evaluates. */
export type Predicate =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly part: Predicate }
  /** The field has one of these terms. */
  | { readonly kind: 'anyTerm'; readonly field: string; readonly terms: readonly Term[] }
  | { readonly kind: 'allTerms'; readonly field: string; readonly terms: readonly Term[] }
  | { readonly kind: 'range'; readonly field: string; readonly termKind: number; readonly range: TermRange }
  | { readonly kind: 'prefix'; readonly field: string; readonly text: string }
  /** A text term that passes; every term of the field is looked at. */
  | { readonly kind: 'scan'; readonly field: string; readonly passes: (term: string) => boolean }
  | { readonly kind: 'search'; readonly field: string; readonly text: string; readonly matchAll: boolean }
  | { readonly kind: 'document'; readonly ids: readonly string[] }
  | { readonly kind: 'documentPrefix'; readonly prefix: string }
  | { readonly kind: 'boost'; readonly part: Predicate; readonly factor: number };
