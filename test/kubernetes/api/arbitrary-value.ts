import fc from 'fast-check';
import type { StructuralSchema } from '../../../operator/api/structural-schema.ts';

/** Longest text that is made up, in characters: long enough to be more than a letter, short enough to read. */
const TEXT_LENGTH_MAX = 12;
const ENTRIES_MAX = 3;

/**
 * Values that a schema allows, rules aside, and now and then one that it does not: a number just out of its range, a
 * text that does not fit its pattern, a word that is none of the allowed ones, the same thing twice in a set.
 */
export function arbitraryValue(schema: StructuralSchema): fc.Arbitrary<unknown> {
  if (schema['x-kubernetes-int-or-string'] === true) return fc.oneof(fc.nat(99), fc.constant('50%'));
  switch (schema.type) {
    case 'object':
      return arbitraryObject(schema);
    case 'array':
      return arbitraryList(schema);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return arbitraryNumber(schema);
    case 'string':
      return arbitraryText(schema);
    default:
      throw new Error(`No values are known for the type ${schema.type}`);
  }
}

function arbitraryObject(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const { properties, additionalProperties, required = [] } = schema;
  if (additionalProperties !== undefined) {
    const key = fc.stringMatching(/^[A-Za-z]{1,6}(\.[A-Za-z]{1,6})?$/);
    return fc.dictionary(key, arbitraryValue(additionalProperties), {
      maxKeys: Math.min(ENTRIES_MAX, schema.maxProperties ?? ENTRIES_MAX),
      noNullPrototype: true,
    });
  }
  if (properties === undefined) return fc.constantFrom<unknown>({}, { any: { field: [1, 'two'] } });
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  // Few fields at a time: with many, one of them is always wrong.
  return fc.subarray(optional, { maxLength: Math.min(optional.length, ENTRIES_MAX) }).chain((some) => {
    const fields = [...required, ...some].map((name) => [name, arbitraryValue(properties[name] ?? {})]);
    return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
  });
}

function arbitraryList(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const { items = {}, minItems = 0, maxItems = ENTRIES_MAX } = schema;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const length = { minLength: minItems, maxLength: Math.max(minItems, Math.min(ENTRIES_MAX, maxItems)) };
  const good = fc.uniqueArray(arbitraryValue(items), {
    ...length,
    selector: (item) =>
      keys.length === 0
        ? JSON.stringify(item)
        : JSON.stringify(keys.map((key) => (item as Record<string, unknown>)[key])),
  });
  const twice = arbitraryValue(items).map((item) => [item, item]);
  return schema['x-kubernetes-list-type'] === 'set'
    ? fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: twice })
    : good;
}

function arbitraryNumber({ minimum = 0, maximum = 1_000 }: StructuralSchema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 8) }) },
    { weight: 3, arbitrary: fc.integer({ min: minimum, max: maximum }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum - 1, maximum + 1) },
  );
}

function arbitraryText(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const { minLength = 0, maxLength = TEXT_LENGTH_MAX, pattern } = schema;
  const good =
    schema.enum === undefined
      ? pattern === undefined
        ? fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, TEXT_LENGTH_MAX)) })
        : fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength)
      : fc.constantFrom(...schema.enum);
  // Where anything goes, anything is no fault.
  const isFree = schema.enum === undefined && pattern === undefined;
  return isFree
    ? good
    : fc.oneof({ weight: 10, arbitrary: good }, { weight: 1, arbitrary: fc.constant('?') });
}
