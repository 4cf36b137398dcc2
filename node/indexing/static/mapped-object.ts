import type { Space } from '../../spatial/space.ts';
import { IndexingError } from '../indexing-error.ts';
import type { MappedEntry, SourceOptions } from '../local/index-spec.ts';
import type { FieldValues } from '../values/index-value.ts';
import { jsonValues } from '../values/json-values.ts';
import { boostOf, ENTRY_BOOST, unboosted } from './boosts.ts';
import { analysisOf, type DefaultAnalyzers } from './field-options.ts';
import { isSpatial, spatialSource, spatialValues } from './spatial-fields.ts';
import { fieldVectors, isVector, type VectorField, vectorSource } from './vector-fields.ts';

/** The field that holds the id of an entry's document. */
export const ID = 'id()';
/** The member under which a map gives fields whose names it makes. */
export const DYNAMIC_FIELDS = '_';

/** What the definition of an index says of its fields. */
export interface FieldFacts {
  readonly isStored: (field: string) => boolean;
  /** Where the shapes of the field are. */
  readonly spaceOf: (field: string) => Space;
  /** How its vectors are kept. */
  readonly vectorOf: (field: string) => VectorField;
  readonly analyzers: DefaultAnalyzers;
  /** Fields that are null where a document has none. */
  readonly nullable: readonly string[];
}

/**
 * What a map gave as an entry. `id`: of its document; null for the result of a group.
 *
 * @throws IndexingError when a field is created with options that there are not
 * @throws SpatialError, VectorError when a shape or a vector is none
 */
export function entryOf(
  object: Readonly<Record<string, unknown>>,
  id: string | null,
  { isStored, spaceOf, vectorOf, analyzers, nullable }: FieldFacts,
): MappedEntry {
  // Fields may have any name, `__proto__` too.
  const values: Record<string, FieldValues> = Object.create(null);
  let stored: Record<string, string> | undefined;
  let options: Record<string, SourceOptions> | undefined;
  const store = (name: string, value: unknown): void => {
    stored ??= Object.create(null) as Record<string, string>;
    stored[name] = JSON.stringify(value);
  };
  if (id !== null) values[ID] = [id];
  const entry = unboosted(object);
  if (entry.factor !== undefined) values[ENTRY_BOOST] = [entry.factor];
  /** What there is without its boost. */
  const add = (name: string, given: unknown): unknown => {
    const { value, factor } = unboosted(given);
    if (factor !== undefined) values[boostOf(name)] = [factor];
    if (isSpatial(value)) values[spatialSource(name)] = spatialValues(value, spaceOf(name));
    else if (isVector(value)) values[vectorSource(name)] = fieldVectors(value, vectorOf(name));
    else values[name] = jsonValues(value);
    return value;
  };
  for (const [name, given] of Object.entries(entry.value as object)) {
    const created = createdFields(name, given);
    if (created === undefined) {
      const value = add(name, given);
      if (!isSpatial(value) && !isVector(value) && isStored(name)) store(name, value);
      continue;
    }
    for (const field of created) {
      // Its document has no such value.
      if (field.$value === undefined) continue;
      const value = add(field.$name, field.$value);
      const own = createdOptions(field, analyzers);
      if (own.options !== undefined) {
        options ??= Object.create(null) as Record<string, SourceOptions>;
        options[field.$name] = own.options;
      }
      if (own.isStored ?? isStored(field.$name)) store(field.$name, value);
    }
  }
  for (const name of nullable) {
    if ([name, spatialSource(name), vectorSource(name)].every((source) => values[source] === undefined)) {
      values[name] = [null];
    }
  }
  return {
    values,
    ...(stored === undefined ? {} : { stored }),
    ...(options === undefined ? {} : { options }),
  };
}

interface CreatedField {
  readonly $name: string;
  readonly $value?: unknown;
  readonly $options?: unknown;
}

/** The fields that a member creates; undefined: it is a field itself. */
function createdFields(name: string, value: unknown): readonly CreatedField[] | undefined {
  const fields = (Array.isArray(value) ? value : [value]).filter(isCreated);
  return name === DYNAMIC_FIELDS || (fields.length > 0 && !Array.isArray(value)) ? fields : undefined;
}

function isCreated(field: unknown): field is CreatedField {
  return typeof field === 'object' && field !== null && typeof (field as CreatedField).$name === 'string';
}

const INDEXINGS = ['No', 'Search', 'Exact', 'Highlighting', 'Default'] as const;
const STORAGES = ['Yes', 'No'] as const;

function createdOptions(
  { $name, $options }: CreatedField,
  analyzers: DefaultAnalyzers,
): {
  readonly options?: SourceOptions;
  readonly isStored?: boolean;
} {
  if (typeof $options !== 'object' || $options === null) return {};
  const given = new Map(
    Object.entries($options).map(([name, value]) => [name.toLowerCase(), value as unknown]),
  );
  const indexing = oneOf(given.get('indexing'), INDEXINGS, `The indexing of field '${$name}'`);
  const storage = given.get('storage');
  const stored =
    typeof storage === 'boolean' ? storage : oneOf(storage, STORAGES, `The storage of field '${$name}'`);
  return {
    ...(indexing === undefined
      ? {}
      : { options: { analysis: analysisOf({ Indexing: indexing }, analyzers) ?? null } }),
    ...(stored === undefined ? {} : { isStored: stored === true || stored === 'Yes' }),
  };
}

function oneOf<Name extends string>(value: unknown, names: readonly Name[], what: string): Name | undefined {
  if (value === undefined || value === null) return undefined;
  const found = names.find((name) => name.toLowerCase() === String(value).toLowerCase());
  if (found !== undefined) return found;
  throw new IndexingError(`${what} must be one of ${names.join(', ')}, but it is ${JSON.stringify(value)}.`);
}
