/**
 * A single value of a field as an index sees it. Whole numbers that a double can't hold exactly are bigints, within 64
 * bits; a whole number beyond that is a double. An object is its JSON text.
 */
export type IndexValue = null | boolean | number | bigint | string | JsonObjectValue;

export interface JsonObjectValue {
  readonly json: string;
}

/** The values of one field: several for an array, none for a missing member or an empty array. */
export type FieldValues = readonly IndexValue[];

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A number from its JSON text. */
export function numberValue(text: string): number | bigint {
  if (!/^-?\d+$/.test(text)) return Number(text);
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(text);
  return exact <= INT64_MAX && exact >= INT64_MIN ? exact : value;
}
