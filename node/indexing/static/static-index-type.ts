import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { isLinq } from '../linq/is-linq.ts';
import type { IndexType } from '../local/index-spec.ts';

/** A reduce of nothing but white space is none. */
export function hasReduce<D extends Pick<StaticIndexDefinition, 'Reduce'>>(
  definition: D,
): definition is D & { readonly Reduce: string } {
  return typeof definition.Reduce === 'string' && definition.Reduce.trim() !== '';
}

/** The first of the maps says in which language the index is written. */
export function staticIndexType(definition: StaticIndexDefinition): IndexType {
  const reduces = hasReduce(definition);
  if (isLinq(definition.Maps[0] ?? '')) return reduces ? 'MapReduce' : 'Map';
  return reduces ? 'JavaScriptMapReduce' : 'JavaScriptMap';
}
