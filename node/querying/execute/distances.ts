import type { IndexEntry } from '../../indexing/store/index-entry.ts';
import { parseWkt } from '../../spatial/parse-wkt.ts';
import { centerOf } from '../../spatial/shape.ts';
import { distance } from '../../spatial/space.ts';
import type { OrderKey } from '../plan/order.ts';
import type { SearchedIndex } from './evaluate.ts';

/** How far the nearest shape of an entry is from what the order asks for; null for an entry without one. */
export function distanceKey(
  key: Extract<OrderKey, { kind: 'distance' }>,
  index: SearchedIndex,
): (row: IndexEntry | undefined) => number | null {
  const field = index.fields.get(key.field);
  const refusal = field === undefined ? index.unknownField(key.field) : undefined;
  if (refusal !== undefined) throw refusal;
  const space = field?.spatial;
  if (field === undefined || space === undefined) return () => null;
  const to = centerOf(key.shape(space), space);
  if (to === undefined) return () => null;
  return (row) => {
    let nearest: number | null = null;
    for (const value of row?.values[field.source] ?? []) {
      const from = typeof value === 'string' ? centerOf(parseWkt(value, space), space) : undefined;
      if (from === undefined) continue;
      const exact = distance(from, to, space);
      const own = key.step === 0 ? exact : exact - (exact % key.step);
      nearest = nearest === null ? own : Math.min(nearest, own);
    }
    return nearest;
  };
}
