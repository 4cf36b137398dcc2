/** What `boost(value, factor)` gives in a map: of a whole entry, or of one of its fields. */
interface Boosted {
  readonly $value?: unknown;
  readonly $boost: number;
}

/** The field that says how much an entry counts; those of fields have their names in it. */
export const ENTRY_BOOST = 'boost()';

/** The field that says how much a field of the entry counts. */
export function boostOf(field: string): string {
  return `boost(${field})`;
}

/** Whether it is no field of an entry, but says how much one counts. */
export function isBoost(field: string): boolean {
  return /^boost\(.*\)$/s.test(field);
}

/** What was boosted, and by how much: by nothing where it was not. */
export function unboosted(value: unknown): { readonly value: unknown; readonly factor?: number } {
  if (!isBoosted(value)) return { value };
  const { value: inner, factor = 1 } = unboosted(value.$value);
  return { value: inner, factor: factor * value.$boost };
}

function isBoosted(value: unknown): value is Boosted {
  return typeof value === 'object' && value !== null && typeof (value as Boosted).$boost === 'number';
}

/** An entry without boosts, as reduces take it. */
export function withoutBoosts(object: object): Readonly<Record<string, unknown>> {
  const { value } = unboosted(object);
  return Object.fromEntries(
    Object.entries(value as object).map(([name, one]) => [name, unboosted(one).value]),
  );
}
