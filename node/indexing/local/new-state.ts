import type { IndexSpec } from './index-spec.ts';
import {
  ALL_DOCUMENTS,
  followedFrom,
  type IndexStateRow,
  NO_REFERENCES,
  type ReferenceState,
  ROWS_LAYOUT,
} from './index-state.ts';
import type { IndexedDocuments } from './indexed-documents.ts';

/** What is written of an index that begins. `number`: one of which no key is left in the environment. */
export function newState(spec: IndexSpec, number: number, documents: IndexedDocuments): IndexStateRow {
  const { loads = [], output } = spec;
  return {
    number,
    name: spec.name,
    revision: spec.revision,
    layout: ROWS_LAYOUT,
    createdAt: new Date().toISOString(),
    sources: spec.sources,
    nextEntry: 0,
    entryCount: 0,
    progress: {},
    ...(loads.length === 0
      ? {}
      : { references: { ...NO_REFERENCES, collections: followed(loads, documents) } }),
    // Of an earlier index by this very definition there may be something.
    ...(output === undefined ? {} : { output, obsolete: [output] }),
    lastIndexedAt: null,
    mapAttempts: 0,
    mapSuccesses: 0,
    mapErrors: 0,
    errors: [],
  };
}

/** Collections that the index will load from, as of now: there are no references yet. */
function followed(names: readonly string[], documents: IndexedDocuments): ReferenceState['collections'] {
  return Object.fromEntries(
    names.map((name) => {
      const key = name.toLowerCase();
      return [key, followedFrom(name, documents.lastEtag(key === ALL_DOCUMENTS ? null : name))];
    }),
  );
}
