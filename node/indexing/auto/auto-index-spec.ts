import { hash } from 'node:crypto';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { jsonAt } from '../../json/json-path.ts';
import { spaceOf } from '../../spatial/space.ts';
import { DEFAULT_SPATIAL_OPTIONS } from '../../spatial/spatial-options.ts';
import { readVectors } from '../../vectors/read-vectors.ts';
import { VectorError } from '../../vectors/vector-error.ts';
import type { VectorOptions } from '../../vectors/vector-options.ts';
import { WORDS_VERSION } from '../analysis/words-version.ts';
import type { AutoIndexDefinition } from '../definitions/index-definition.ts';
import type { IndexSpec, MappedDocument, SourceField } from '../local/index-spec.ts';
import { vectorValues } from '../store/vector-rows.ts';
import { parsePath } from '../values/field-path.ts';
import { fieldReader } from '../values/field-reader.ts';
import type { FieldValues } from '../values/index-value.ts';
import { pointValues, wktValues } from '../values/spatial-values.ts';
import { fieldsOf } from './auto-index-definition.ts';
import type { AutoField, AutoSpatial, AutoVector } from './auto-index-name.ts';

const ID = 'id()';

/** An auto index, ready to run: its fields are paths into documents, or shapes of what is at such paths. */
export function autoIndexSpec(definition: AutoIndexDefinition): IndexSpec {
  const fields = new Map(fieldsOf(definition).map((field) => [field.name, field]));
  return {
    name: definition.Name,
    revision: hash(
      'sha256',
      JSON.stringify([
        definition.Collection,
        definition.MapFields,
        // Programs of before kept none.
        ...([...fields.values()].some(({ vector }) => vector !== undefined) ? ['vectors'] : []),
        ...([...fields.values()].some(({ search }) => search === true) ? [{ words: WORDS_VERSION }] : []),
      ]),
    ),
    type: 'AutoMap',
    collections: definition.Collection === '@all_docs' ? null : [definition.Collection],
    sources: [ID, ...fields.keys()],
    fieldsOf: (name): readonly SourceField[] => {
      const field = fields.get(name);
      if (field?.spatial !== undefined) return [{ name, analysis: 'exact', spatial: SPACE }];
      if (field?.vector !== undefined) return [{ name, analysis: 'exact', vector: optionsOf(field.vector) }];
      return [
        { name, analysis: 'default' },
        ...(field?.exact === true ? [{ name: `exact(${name})`, analysis: 'exact' } as const] : []),
        ...(field?.search === true
          ? [{ name: `search(${name})`, analysis: { analyzer: 'StandardAnalyzer' } }]
          : []),
      ];
    },
    isCompared: () => false,
    canSuggest: (name) => fields.get(name)?.suggest === true,
    map: fieldMapper([...fields.values()]),
  };
}

/** Spatial fields that queries make are all of the earth. */
const SPACE = spaceOf(DEFAULT_SPATIAL_OPTIONS);

function optionsOf({ SourceEmbeddingType, DestinationEmbeddingType }: AutoVector): VectorOptions {
  return { source: SourceEmbeddingType, destination: DestinationEmbeddingType };
}

function fieldMapper(all: readonly AutoField[]): IndexSpec['map'] {
  const fields = all.filter(({ vector }) => vector === undefined);
  const vectors = all.flatMap(({ name, vector }) => (vector === undefined ? [] : [{ name, vector }]));
  const argumentsOf = ({ name, spatial }: AutoField): readonly string[] => spatial?.MethodArguments ?? [name];
  const paths = [...new Set(fields.flatMap(argumentsOf))];
  const read = fieldReader(paths);
  const made = fields.map((field) => {
    const [first = -1, second = -1] = argumentsOf(field).map((path) => paths.indexOf(path));
    return { name: field.name, spatial: field.spatial, first, second };
  });
  const mapOne = (document: StoredDocument): MappedDocument => {
    const values = read(document);
    const entry: Record<string, FieldValues> = { [ID]: [document.id] };
    for (const { name, spatial, first, second } of made) {
      const own = values[first] ?? [];
      entry[name] = spatial === undefined ? own : shapeValues(spatial, own, values[second] ?? []);
    }
    for (const { name, vector } of vectors) entry[name] = vectorsAt(document, vector);
    return { entries: [{ values: entry }] };
  };
  return (documents) => documents.map((document) => attempt(() => mapOne(document)));
}

/** What is no vector is not found by one: a query must not keep the documents from those that ask for other fields. */
function vectorsAt({ body }: StoredDocument, vector: AutoVector): FieldValues {
  const json = jsonAt(body, parsePath(vector.SourceFieldName.replaceAll("'", '')));
  if (json === undefined) return [];
  try {
    return vectorValues(readVectors(JSON.parse(json.toString('utf8')), optionsOf(vector)));
  } catch (error) {
    if (error instanceof VectorError) return [];
    throw error;
  }
}

function shapeValues({ MethodType }: AutoSpatial, first: FieldValues, second: FieldValues): FieldValues {
  return MethodType === 'Wkt' ? wktValues(first, SPACE) : pointValues(first, second, SPACE);
}

/** A document that can't be mapped is an error of that document alone. */
function attempt(map: () => MappedDocument): MappedDocument {
  try {
    return map();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
