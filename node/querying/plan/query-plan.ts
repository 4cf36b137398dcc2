import type { AutoGroup } from '../../indexing/auto/auto-group.ts';
import type { DeclaredFunction, Expression, LoadItem, SelectClause } from '../rql/syntax-tree.ts';
import type { ValueBinder } from './bind-values.ts';
import type { FacetRequest } from './facets/facet-plan.ts';
import type { FieldNeed } from './field-need.ts';
import type { IncludePlan } from './include-plan.ts';
import type { OrderKey } from './order.ts';
import type { Predicate } from './predicate.ts';
import type { ProjectionBehavior } from './projection-behavior.ts';
import type { SuggestionPlan } from './suggestions/suggestion-plan.ts';

/** What is asked: a collection straight from storage, an index by name, or an auto index that can do what is needed. */
export type QuerySource =
  | {
      readonly kind: 'collection';
      /** As written; null for all documents. */
      readonly collection: string | null;
      /** Which of its documents. */
      readonly documents: 'all' | { readonly ids: readonly string[] } | { readonly prefix: string };
    }
  | { readonly kind: 'index'; readonly name: string }
  | { readonly kind: 'auto'; readonly collection: string; readonly needs: readonly FieldNeed[] }
  | { readonly kind: 'group'; readonly collection: string; readonly group: AutoGroup };

/** What an answer is to show: results, their metadata alone, or the entries of the index in place of them. */
export type ShownPart = 'results' | 'metadata' | 'entries';

/** A query with its parameters, ready to be executed. */
export interface QueryPlan {
  readonly text: string;
  readonly binder: ValueBinder;
  readonly source: QuerySource;
  readonly alias?: string;
  readonly where: Predicate;
  readonly order: readonly OrderKey[];
  readonly load: readonly LoadItem[];
  readonly filter?: Expression;
  readonly filterLimit?: number;
  readonly select?: SelectClause;
  /** The query counts its results by these instead of showing them. */
  readonly facets?: readonly FacetRequest[];
  /** The query asks for words like these instead of results. */
  readonly suggestions?: readonly SuggestionPlan[];
  readonly projection: ProjectionBehavior;
  readonly functions: readonly DeclaredFunction[];
  readonly include: IncludePlan;
  readonly skip: number;
  /** Infinity without a limit. */
  readonly take: number;
  /** The page that the query text itself asks for: then the answer says how many results it could have. */
  readonly textPage?: { readonly skip: number; readonly take: number };
  /** A document of which several entries match comes once for each. */
  readonly keepsDuplicates: boolean;
  readonly shows: ShownPart;
  /** The answer depends on documents beside those that are asked for: what it loads or includes, setups, stop words. */
  readonly readsOthers: boolean;
}
