import type { AutoSpatial, AutoVector } from '../../indexing/auto/auto-index-name.ts';

/** What a query needs of a field of an index beside its plain terms. */
export interface FieldNeed {
  readonly name: string;
  readonly exact: boolean;
  readonly search: boolean;
  readonly highlight: boolean;
  readonly suggest: boolean;
  readonly spatial?: AutoSpatial;
  readonly vector?: AutoVector;
}

/** The fields that a query uses, by name; a name that was quoted for its characters keeps its quotes. */
export class FieldNeeds {
  readonly #needs = new Map<string, FieldNeed>();

  add(name: string, need: Partial<Omit<FieldNeed, 'name'>> = {}): void {
    const known = this.#needs.get(name);
    const has = (what: 'exact' | 'search' | 'highlight' | 'suggest'): boolean =>
      known?.[what] === true || need[what] === true;
    const spatial = need.spatial ?? known?.spatial;
    const vector = need.vector ?? known?.vector;
    this.#needs.set(name, {
      name,
      ...(spatial === undefined ? {} : { spatial }),
      ...(vector === undefined ? {} : { vector }),
      exact: has('exact'),
      search: has('search'),
      highlight: has('highlight'),
      suggest: has('suggest'),
    });
  }

  get all(): readonly FieldNeed[] {
    return [...this.#needs.values()];
  }
}
