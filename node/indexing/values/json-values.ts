import type { FieldValues, IndexValue } from './index-value.ts';

/** The values of a field that was computed: arrays are opened up, objects become their text; none at all is null. */
export function jsonValues(value: unknown): FieldValues {
  if (Array.isArray(value)) return value.flatMap(jsonValues);
  if (value !== null && typeof value === 'object') return [{ json: JSON.stringify(value) }];
  return [(value ?? null) as IndexValue];
}
