import type { Term } from '../../indexing/store/term.ts';
import type { RangeEnd } from '../../indexing/store/term-range.ts';
import type { SpatialRelation } from '../../spatial/relate.ts';
import type { VectorOptions } from '../../vectors/vector-options.ts';
import type { ComparisonOperator } from '../rql/syntax-tree.ts';
import type { LuceneQuery } from './lucene/lucene-query.ts';
import type { AskedShape } from './spatial-arguments.ts';

/** As most fields have it, which is in lower case; `written` is the text for fields that were analysed otherwise. */
export interface AskedTerm extends Term {
  readonly written?: string;
}

export interface AskedRange {
  readonly from?: RangeEnd & { readonly written?: string };
  readonly to?: RangeEnd & { readonly written?: string };
}

/** What others are compared with: the first entry that matches, or a document that the query brings, by its members. */
export type ComparedBase =
  | { readonly kind: 'found'; readonly by: Predicate }
  | { readonly kind: 'given'; readonly document: ReadonlyMap<string, unknown> };

/** Which of its terms tell what a document is about. Frequencies count entries; lengths count characters. */
export interface MoreLikeThisOptions {
  /** How often the document must have a term. */
  readonly minimumTermFrequency: number;
  readonly minimumDocumentFrequency: number;
  readonly maximumDocumentFrequency: number;
  /** Of all entries, from 0 to 100. */
  readonly maximumDocumentFrequencyPercentage: number;
  readonly minimumWordLength: number;
  readonly maximumWordLength: number;
  readonly maximumQueryTerms: number;
  /** Tokens of a field that are looked at. */
  readonly maximumTokens: number;
  /** Terms count as much as they tell, times this; absent: all alike. */
  readonly boost?: number;
  readonly stopWordsDocumentId?: string;
  /** Absent: all that the index keeps for it, or all. */
  readonly fields?: readonly string[];
}

/** What a vector search compares with: what the query brings, as the field keeps vectors, or those of a document. */
export type AskedVectors =
  | { readonly kind: 'given'; readonly read: (options: VectorOptions) => readonly Buffer[] }
  | { readonly kind: 'document'; readonly id: string };

/** A where clause in terms of the fields and terms of one index: what the engine evaluates. */
export type Predicate =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly part: Predicate }
  /** The field has one of these terms. */
  | { readonly kind: 'anyTerm'; readonly field: string; readonly terms: readonly AskedTerm[] }
  | { readonly kind: 'allTerms'; readonly field: string; readonly terms: readonly AskedTerm[] }
  | { readonly kind: 'range'; readonly field: string; readonly termKind: number; readonly range: AskedRange }
  | { readonly kind: 'prefix'; readonly field: string; readonly text: string; readonly written?: string }
  /** A text term that passes; every term of the field is looked at. */
  | {
      readonly kind: 'scan';
      readonly field: string;
      readonly passes: (term: string) => boolean;
      /** The same in fields whose terms keep their case. */
      readonly passesCased?: (term: string) => boolean;
      /** How much a term that passes counts for the score: 1 unless said. */
      readonly weight?: (term: string) => number;
    }
  /** A text term that the pattern matches; every term of the field is looked at. */
  | { readonly kind: 'regex'; readonly field: string; readonly pattern: RegExp }
  /** The tokens in this order, with so many moves of tokens allowed. */
  | {
      readonly kind: 'phrase';
      readonly field: string;
      readonly tokens: readonly string[];
      readonly slop: number;
    }
  | { readonly kind: 'search'; readonly field: string; readonly text: string; readonly matchAll: boolean }
  /** A query in Lucene's syntax; `field` is the one of its words without a field. */
  | { readonly kind: 'lucene'; readonly field: string; readonly query: LuceneQuery }
  /** A whole term that is more than so much like the text. */
  | { readonly kind: 'fuzzy'; readonly field: string; readonly text: string; readonly similarity: number }
  /** All tokens of the text, near one another. */
  | { readonly kind: 'proximity'; readonly field: string; readonly text: string; readonly slop: number }
  /** In a filter, which runs on documents: values of two fields compare so. */
  | {
      readonly kind: 'fields';
      readonly operator: ComparisonOperator;
      readonly left: string;
      readonly right: string;
    }
  /** Documents of which some entry matches each part, not the same one. */
  | { readonly kind: 'intersect'; readonly parts: readonly Predicate[] }
  /** Entries like another one; said in terms before it is evaluated. */
  | { readonly kind: 'moreLikeThis'; readonly base: ComparedBase; readonly options: MoreLikeThisOptions }
  /** Every entry; one that matches the part scores more. */
  | { readonly kind: 'optional'; readonly part: Predicate }
  /** The field has a shape that stands in the relation to the one that is asked for. */
  | {
      readonly kind: 'spatial';
      readonly field: string;
      readonly relation: SpatialRelation;
      readonly shape: AskedShape;
    }
  /** Entries whose vectors are at least so alike to what is asked, from 0 to 1; absent `candidates`: however many. */
  | {
      readonly kind: 'vector';
      readonly field: string;
      readonly asked: AskedVectors;
      readonly minimum: number;
      readonly candidates?: number;
    }
  | { readonly kind: 'document'; readonly ids: readonly string[] }
  | { readonly kind: 'documentPrefix'; readonly prefix: string }
  | { readonly kind: 'boost'; readonly part: Predicate; readonly factor: number };
