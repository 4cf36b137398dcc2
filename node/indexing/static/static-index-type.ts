import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { isLinq } from '../linq/is-linq.ts';
import type { IndexType } from '../local/index-spec.ts';

/** The first of the maps says in which language the index is written. */
export function staticIndexType({ Maps, Reduce }: StaticIndexDefinition): IndexType {
  const reduces = typeof Reduce === 'string' && Reduce.trim() !== '';
  if (isLinq(Maps[0] ?? '')) return reduces ? 'MapReduce' : 'Map';
  return reduces ? 'JavaScriptMapReduce' : 'JavaScriptMap';
}
