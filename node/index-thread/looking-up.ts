import { type KnownValues, ValueLookup } from '../scripting/value-lookup.ts';
import type { ValuesMissing } from './thread-protocol.ts';

/** Runs what may ask for compare-exchange values; says which were missing, whatever came of it without them. */
export async function lookingUp<Result>(
  known: KnownValues | undefined,
  body: (values: ValueLookup) => Promise<Result>,
): Promise<Result | ValuesMissing> {
  const values = new ValueLookup(known);
  try {
    const result = await body(values);
    if (values.missing.length === 0) return result;
  } catch (error) {
    // What failed for want of a value may go well with it.
    if (values.missing.length === 0) throw error;
  }
  return { kind: 'valuesMissing', keys: values.missing };
}
