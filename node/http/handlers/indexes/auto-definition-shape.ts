import type {
  AutoIndexDefinition,
  AutoIndexFieldOptions,
  AutoSpatialOptions,
  AutoVectorOptions,
} from '../../../indexing/definitions/index-definition.ts';
import type { SpatialOptions } from '../../../spatial/spatial-options.ts';

/** An auto index as `GET /indexes` shows it. */
export function autoDefinitionShape(definition: AutoIndexDefinition) {
  const { Collection, MapFields, GroupByFields, GroupByFieldNames } = definition;
  const maps = Object.entries(MapFields).sort(([a], [b]) => (a < b ? -1 : 1));
  const groups = GroupByFieldNames.map((name) => [name, GroupByFields[name] ?? null] as const);
  return {
    Name: definition.Name,
    SourceType: 'Documents',
    Type: definition.Type,
    LockMode: 'Unlock',
    ArchivedDataProcessingBehavior: null,
    SchemaDefinitions: null,
    Priority: definition.Priority,
    State: definition.State ?? 'Normal',
    OutputReduceToCollection: null,
    DeploymentMode: null,
    ReduceOutputIndex: null,
    PatternForOutputReduceToCollectionReferences: null,
    PatternReferencesCollectionName: null,
    Configuration: {},
    AdditionalSources: {},
    AdditionalAssemblies: [],
    Reduce: groups.length === 0 ? null : listed(Collection, groups),
    Maps: [listed(Collection, maps)],
    Fields: Object.fromEntries([...maps, ...groups].flatMap(([name, options]) => fieldShapes(name, options))),
  };
}

type NamedField = readonly [name: string, options: AutoIndexFieldOptions | null];

function listed(collection: string, fields: readonly NamedField[]): string {
  const names = fields.map(([name, options]) => {
    const aggregation = options?.Aggregation ?? 'None';
    return `<Name:${name}${aggregation === 'None' ? '' : `#Operation:${aggregation}`}>`;
  });
  return `${collection}:[${names.join(';')}]`;
}

/** A field, and what it is beside that for queries that search it, or mind its case. */
function fieldShapes(name: string, options: AutoIndexFieldOptions | null) {
  const indexing = options?.Indexing.split(', ') ?? [];
  const whole = {
    ...fieldShape('Default'),
    Suggestions: options?.Suggestions ?? false,
    Spatial: spatialShape(options?.Spatial ?? null),
    Vector: vectorShape(options?.Vector ?? null),
  };
  const highlighted = indexing.includes('Highlighting')
    ? { Storage: 'Yes', TermVector: 'WithPositionsAndOffsets' }
    : {};
  const isSearched = indexing.includes('Search') || indexing.includes('Highlighting');
  return [
    [name, whole] as const,
    ...(isSearched ? [[`search(${name})`, { ...fieldShape('Search'), ...highlighted }] as const] : []),
    ...(indexing.includes('Exact') ? [[`exact(${name})`, fieldShape('Exact')] as const] : []),
  ];
}

/** What its shapes are made of is in its name. */
function spatialShape(spatial: AutoSpatialOptions | null): SpatialOptions | null {
  if (spatial === null) return null;
  const { MethodType: _, MethodArguments: __, ...options } = spatial;
  return options;
}

/** What its vectors are made of is in its name. */
function vectorShape(vector: AutoVectorOptions | null) {
  if (vector === null) return null;
  const { SourceFieldName: _, EmbeddingsGenerationTaskIdentifier: __, ...options } = vector;
  return options;
}

function fieldShape(indexing: 'Default' | 'Search' | 'Exact') {
  return {
    Analyzer: null,
    Indexing: indexing,
    Storage: 'No',
    Suggestions: false,
    TermVector: 'No',
    Spatial: null,
    Vector: null,
  };
}
