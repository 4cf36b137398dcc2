import { readVectors } from '../../vectors/read-vectors.ts';
import { VectorError } from '../../vectors/vector-error.ts';
import { NO_MODEL, type VectorOptions, vectorOptionsOf } from '../../vectors/vector-options.ts';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { IndexDefinitionError } from '../indexing-error.ts';
import { vectorValues } from '../store/vector-rows.ts';
import type { FieldValues } from '../values/index-value.ts';
import { optionsOf } from './field-options.ts';

/** What `createVector` gives: numbers, a text in base64, several of these, or null where there is nothing. */
interface VectorValue {
  readonly $vector: unknown;
}

const SOURCE = /^vector\.search\((.*)\)$/s;

/** The source of the vectors of a field, and what queries call it. */
export function vectorSource(name: string): string {
  return `vector.search(${name})`;
}

/** The name of the field whose vectors the source has; undefined for any other source. */
export function vectorName(source: string): string | undefined {
  return SOURCE.exec(source)?.[1];
}

/** Whether what a map gave for a field is made by `createVector`. */
export function isVector(value: unknown): value is VectorValue {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '$vector');
}

/** How the vectors of a field are kept; a text is one in base64 where the field's options say so. */
export interface VectorField {
  readonly options: VectorOptions;
  readonly takesTexts: boolean;
}

/** @throws VectorError when they are no vectors */
export function fieldVectors({ $vector }: VectorValue, { options, takesTexts }: VectorField): FieldValues {
  const [first = null] = Array.isArray($vector) ? $vector : [$vector];
  if (typeof first === 'string' && !takesTexts) {
    throw new VectorError(
      `A vector is a text: where that is base64, the options of the field must say SourceEmbeddingType. For others: ${NO_MODEL}.`,
    );
  }
  return vectorValues(readVectors($vector, options));
}

/**
 * The vector fields of an index, by their names.
 *
 * @throws IndexDefinitionError when options ask for what there is not
 */
export function vectorFields(definition: StaticIndexDefinition): (field: string) => VectorField {
  for (const name of Object.keys(definition.Fields)) vectorField(definition, name);
  const known = new Map<string, VectorField>();
  return (name) => {
    const field = known.get(name) ?? vectorField(definition, name);
    known.set(name, field);
    return field;
  };
}

function vectorField(definition: StaticIndexDefinition, name: string): VectorField {
  const { Vector } = optionsOf(definition, name);
  try {
    return {
      options: vectorOptionsOf(Vector ?? {}),
      takesTexts: (Vector?.SourceEmbeddingType ?? null) !== null,
    };
  } catch (error) {
    if (!(error instanceof VectorError)) throw error;
    throw new IndexDefinitionError(
      `Failed to compile index '${definition.Name}': In the vector options of field '${name}', ${error.message}.`,
    );
  }
}
