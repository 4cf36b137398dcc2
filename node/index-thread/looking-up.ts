import { type KnownValues, ValueLookup } from '../scripting/value-lookup.ts';
import type { ValuesMissing } from './thread-protocol.ts';

/** Runs what may ask for compare-exchange values; says which were missing, whatever came of it without them. */
export function lookingUp<Result>(
  known: KnownValues | undefined,
  body: (values: ValueLookup) => Result | Promise<Result>,
): Result | ValuesMissing | Promise<Result | ValuesMissing> {
  const values = new ValueLookup(known);
  const missing = (): ValuesMissing => ({ kind: 'valuesMissing', keys: values.missing });
  const settled = (result: Result): Result | ValuesMissing =>
    values.missing.length === 0 ? result : missing();
  // What failed for want of a value may go well with it.
  const failed = (error: unknown): ValuesMissing => {
    if (values.missing.length === 0) throw error;
    return missing();
  };
  try {
    const result = body(values);
    return result instanceof Promise ? result.then(settled, failed) : settled(result);
  } catch (error) {
    return failed(error);
  }
}
