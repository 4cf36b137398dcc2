import type { KeyValueView } from '../../documents/key-value-view.ts';
import { afterPrefix } from '../../documents/storage-keys.ts';
import type { ReferenceColumns } from './reference-columns.ts';
import { referenceKey, sourceOf, targetPrefix } from './reference-keys.ts';

/** Targets that changed, whose sources are to be mapped again. */
export interface ChangedTargets {
  /** Lower-case ids, or keys of values. */
  readonly targets: readonly string[];
  /** Of the first of them, sources up to this one have been mapped again; null: none yet. */
  readonly after: string | null;
}

export const NO_TARGETS: ChangedTargets = { targets: [], after: null };

/** Where the references of an index are read. */
export interface ReferenceStore {
  readonly view: KeyValueView;
  /** Number of the index within its environment. */
  readonly index: number;
  readonly columns: ReferenceColumns;
}

/** Some sources of the targets, lower-case ids each once, and what is left when these are done. */
export function sourcesOf(
  { view, index, columns }: ReferenceStore,
  { targets, after }: ChangedTargets,
  count: number,
): { readonly sources: readonly string[]; readonly left: ChangedTargets } {
  const sources = new Set<string>();
  for (const [at, target] of targets.entries()) {
    let last = at === 0 ? after : null;
    for (const source of scan({ view, index, columns }, target, last)) {
      if (sources.size >= count) {
        return { sources: [...sources], left: { targets: targets.slice(at), after: last } };
      }
      sources.add(source);
      last = source;
    }
  }
  return { sources: [...sources], left: NO_TARGETS };
}

/** The sources of a target, behind one of them. */
function* scan(
  { view, index, columns }: ReferenceStore,
  target: string,
  after: string | null,
): Generator<string> {
  const prefix = targetPrefix(index, target);
  const end = afterPrefix(prefix);
  const from = after === null ? { gte: prefix } : { gt: referenceKey(index, target, after) };
  for (const [key] of view.scan(columns.byTarget, { ...from, ...(end === undefined ? {} : { lt: end }) })) {
    yield sourceOf(key, prefix);
  }
}
