import { checkedPosition, parseWkt } from '../../spatial/parse-wkt.ts';
import type { Space } from '../../spatial/space.ts';
import { SpatialError } from '../../spatial/spatial-error.ts';
import type { FieldValues, IndexValue } from './index-value.ts';

/**
 * A point from a latitude and a longitude, as the text that spatial fields hold. None where one of them is missing.
 *
 * @throws SpatialError when they are no numbers, or not on the earth
 */
export function pointValues(latitudes: FieldValues, longitudes: FieldValues, space: Space): FieldValues {
  const y = coordinate(latitudes, 'latitude');
  const x = coordinate(longitudes, 'longitude');
  if (x === undefined || y === undefined) return [];
  checkedPosition(x, y, space);
  return [`POINT (${x} ${y})`];
}

/** @throws SpatialError for a text that is no shape */
export function wktValues(values: FieldValues, space: Space): FieldValues {
  return values.flatMap((value) => {
    if (value === null) return [];
    if (typeof value !== 'string') throw new SpatialError('A shape must be a text in WKT format.');
    parseWkt(value, space);
    return [value];
  });
}

function coordinate(values: FieldValues, name: string): number | undefined {
  if (values.length > 1)
    throw new SpatialError(`The ${name} of a point must be one number, not ${values.length}.`);
  const [value = null] = values;
  if (value === null) return undefined;
  const number = numberOf(value);
  if (!Number.isFinite(number)) throw new SpatialError(`The ${name} of a point must be a number.`);
  return number;
}

/** Numbers as text are numbers, too. */
function numberOf(value: IndexValue): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
