import type { Space } from '../../spatial/space.ts';
import type { FieldValues } from '../values/index-value.ts';
import { jsonValues } from '../values/json-values.ts';
import { pointValues, wktValues } from '../values/spatial-values.ts';

/** What `createSpatialField` gives: latitude and longitude, a text in WKT format, or null where one is missing. */
interface SpatialValue {
  readonly $spatial: unknown;
}

const SOURCE = /^spatial\((.*)\)$/s;

/** The source of the shapes of a field: apart from its other values, so that both may be there. */
export function spatialSource(name: string): string {
  return `spatial(${name})`;
}

/** The name of the field whose shapes the source has; undefined for any other source. */
export function spatialName(source: string): string | undefined {
  return SOURCE.exec(source)?.[1];
}

/** Whether what a map gave for a field is a shape, or several. */
export function isSpatial(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isSpatial);
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '$spatial');
}

/** @throws SpatialError when they are no shapes */
export function spatialValues(value: unknown, space: Space): FieldValues {
  if (Array.isArray(value)) return value.flatMap((one) => spatialValues(one, space));
  const shape = (value as SpatialValue).$spatial;
  if (!Array.isArray(shape)) return wktValues(jsonValues(shape), space);
  return pointValues(jsonValues(shape[0]), jsonValues(shape[1]), space);
}
