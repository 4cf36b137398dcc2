import type { StoredDocument } from '../../documents/stored-document.ts';
import type { ValueLookup } from '../../scripting/value-lookup.ts';
import { MAP_VALUE_ROUNDS_MAX } from '../limits.ts';
import type { BatchValues } from '../references/batch-values.ts';
import type { MappedDocument } from './index-spec.ts';

/** What became of a document, and the compare-exchange values that it was mapped with: their Raft indexes by key. */
export interface MappedWithValues {
  readonly result: MappedDocument;
  readonly values: ReadonlyMap<string, number>;
}

type MapOfSome = (documents: readonly StoredDocument[], values: ValueLookup) => readonly MappedDocument[];

const NO_VALUES: ReadonlyMap<string, number> = new Map();

const TOO_MUCH: MappedDocument = {
  error: `The map looks up more compare-exchange values than fit, or values that others lead to, more than ${MAP_VALUE_ROUNDS_MAX} deep.`,
};

/**
 * Maps documents, and maps them again with the values that they turn out to need. Those that need too much together are
 * mapped in smaller parts: a document fails only for what it needs itself.
 */
export async function mapWithValues(
  documents: readonly StoredDocument[],
  map: MapOfSome,
  values: BatchValues,
): Promise<readonly MappedWithValues[]> {
  const wasEmpty = values.isEmpty;
  let results: readonly MappedDocument[] = [];
  for (let round = 0; round < MAP_VALUE_ROUNDS_MAX; round++) {
    const lookup = values.lookup();
    results = map(documents, lookup);
    if (lookup.missing.length === 0) return results.map((result) => withValues(result, values));
    if (!(await values.fetch(lookup.missing))) break;
  }
  values.forget();
  if (documents.length > 1) {
    const half = Math.ceil(documents.length / 2);
    const first = await mapWithValues(documents.slice(0, half), map, values);
    return [...first, ...(await mapWithValues(documents.slice(half), map, values))];
  }
  // What other documents have looked up is not this one's fault.
  if (!wasEmpty) return mapWithValues(documents, map, values);
  return results.map((result) => ({ ...withValues(result, values), result: { ...result, ...TOO_MUCH } }));
}

function withValues(result: MappedDocument, values: BatchValues): MappedWithValues {
  return { result, values: result.valueKeys === undefined ? NO_VALUES : values.indexesOf(result.valueKeys) };
}
