type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** Not in the libraries of TypeScript yet: what `JSON.stringify` writes as it is. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** Integers of 64 bits that a number can't hold, made of their texts. */
function exactIntegers(made: (source: string) => unknown): Reviver {
  return (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && /^-?\d{1,19}$/.test(source) && isLong(BigInt(source))
      ? made(source)
      : value;
  };
}

function isLong(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** What {@link parseExact} and the like take as a reviver. */
export const asBigint = exactIntegers(BigInt) as (key: string, value: unknown) => unknown;
const asText = exactIntegers(rawJSON) as (key: string, value: unknown) => unknown;

/** Whether a text may have such an integer. They are rare, and a reviver costs as much again as reading without one. */
export function mayHaveLongIntegers(text: string): boolean {
  return /\d{16}/.test(text);
}

/** As `JSON.parse`, with a bigint for each integer of 64 bits that a number can't hold. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  return mayHaveLongIntegers(text) ? JSON.parse(text, asBigint) : JSON.parse(text);
}

/** A value for `JSON.stringify` alone, which writes such integers as they stand in the text. Throws SyntaxError. */
export function parseToWrite(text: string): unknown {
  return mayHaveLongIntegers(text) ? JSON.parse(text, asText) : JSON.parse(text);
}

/** JSON text of what {@link parseExact} gives. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'bigint' ? rawJSON(String(one)) : one,
  );
}
