import { DEFAULT_SPATIAL_OPTIONS } from '../../spatial/spatial-options.ts';
import type {
  AutoIndexDefinition,
  AutoIndexFieldOptions,
  AutoVectorOptions,
} from '../definitions/index-definition.ts';
import { type AutoField, type AutoVector, autoIndexName } from './auto-index-name.ts';

/** The definition of a map index over these fields. `id()` needs no field: every index knows the ids. */
export function autoIndexDefinition(collection: string, fields: readonly AutoField[]): AutoIndexDefinition {
  const own = fields.filter(({ name }) => name !== 'id()');
  return {
    Type: 'AutoMap',
    Collection: collection,
    MapFields: Object.fromEntries(own.map((field) => [field.name, optionsOf(field)])),
    GroupByFields: {},
    GroupByFieldNames: [],
    Name: autoIndexName(collection, own.length === 0 ? [ID_FIELD] : own),
    Priority: 'Normal',
    State: null,
  };
}

/** Whether an auto index is one of the collection, whose name has any case. */
export function isOf({ Collection }: AutoIndexDefinition, collection: string): boolean {
  return Collection.toLowerCase() === collection.toLowerCase();
}

const ID_FIELD: AutoField = { name: 'Id()', search: false, exact: false, highlight: false, suggest: false };

/** What queries don't say of vectors. */
const UNSAID = {
  EmbeddingsGenerationTaskIdentifier: null,
  Dimensions: null,
  NumberOfCandidatesForIndexing: null,
  NumberOfEdges: null,
};

function optionsOf({
  name,
  search,
  exact,
  highlight,
  suggest,
  spatial,
  vector,
}: AutoField): AutoIndexFieldOptions {
  const indexing = [
    ...(search ? ['Search'] : []),
    ...(exact ? ['Exact'] : []),
    ...(highlight ? ['Highlighting'] : []),
  ];
  return {
    Storage: 'No',
    Indexing: indexing.length === 0 ? 'Default' : indexing.join(', '),
    Aggregation: 'None',
    Spatial: spatial === undefined ? null : { ...spatial, ...DEFAULT_SPATIAL_OPTIONS },
    Vector: vector === undefined ? null : { ...vector, ...UNSAID },
    GroupByArrayBehavior: 'NotApplicable',
    Suggestions: suggest,
    IsNameQuoted: name.startsWith("'"),
  };
}

/** Definitions don't change, and every query looks through them for its index. */
const FIELDS = new WeakMap<AutoIndexDefinition, readonly AutoField[]>();

/** The fields of a definition. */
export function fieldsOf(definition: AutoIndexDefinition): readonly AutoField[] {
  let fields = FIELDS.get(definition);
  if (fields === undefined) {
    fields = readFields(definition);
    FIELDS.set(definition, fields);
  }
  return fields;
}

function readFields({ MapFields }: AutoIndexDefinition): readonly AutoField[] {
  return Object.entries(MapFields).map(([name, { Indexing, Suggestions, Spatial, Vector }]) => {
    const can = new Set(Indexing.split(',').map((word) => word.trim()));
    return {
      name,
      search: can.has('Search'),
      exact: can.has('Exact'),
      highlight: can.has('Highlighting'),
      suggest: Suggestions,
      ...(Spatial === null
        ? {}
        : { spatial: { MethodType: Spatial.MethodType, MethodArguments: Spatial.MethodArguments } }),
      ...(Vector === null || Vector === undefined ? {} : { vector: vectorOf(Vector) }),
    };
  });
}

function vectorOf({
  SourceFieldName,
  SourceEmbeddingType,
  DestinationEmbeddingType,
}: AutoVectorOptions): AutoVector {
  return { SourceFieldName, SourceEmbeddingType, DestinationEmbeddingType };
}
