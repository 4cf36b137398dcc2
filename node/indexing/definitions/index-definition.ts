import type { SpatialOptions } from '../../spatial/spatial-options.ts';
import type { VectorType } from '../../vectors/vector-options.ts';

/** A spatial field of an auto index: what its shapes are made of. */
export interface AutoSpatialOptions extends SpatialOptions {
  /** `Point`: of a latitude and a longitude. `Wkt`: of a text. */
  readonly MethodType: 'Point' | 'Wkt';
  /** Names of the fields that the method takes. */
  readonly MethodArguments: readonly string[];
}

/** A vector field of an auto index: what its vectors are made of. */
export interface AutoVectorOptions {
  readonly SourceFieldName: string;
  readonly EmbeddingsGenerationTaskIdentifier: null;
  readonly Dimensions: null;
  readonly SourceEmbeddingType: VectorType;
  readonly DestinationEmbeddingType: VectorType;
  readonly NumberOfCandidatesForIndexing: null;
  readonly NumberOfEdges: null;
}

/** Options of a field of an auto index, as database records have them. */
export interface AutoIndexFieldOptions {
  readonly Storage: 'Yes' | 'No';
  /** `Default`, or `Search`, `Exact` and `Highlighting` with commas between. */
  readonly Indexing: string;
  readonly Aggregation: 'None' | 'Count' | 'Sum';
  readonly Spatial: AutoSpatialOptions | null;
  readonly Vector: AutoVectorOptions | null;
  readonly GroupByArrayBehavior: 'NotApplicable' | 'ByContent' | 'ByIndividualValues';
  readonly Suggestions: boolean;
  readonly IsNameQuoted: boolean;
}

/** An index that a query made, as database records have it under its name. */
export interface AutoIndexDefinition {
  readonly Type: 'AutoMap' | 'AutoMapReduce';
  readonly Collection: string;
  readonly MapFields: Readonly<Record<string, AutoIndexFieldOptions>>;
  readonly GroupByFields: Readonly<Record<string, AutoIndexFieldOptions>>;
  readonly GroupByFieldNames: readonly string[];
  readonly Name: string;
  readonly Priority: 'Low' | 'Normal' | 'High';
  readonly State: 'Normal' | 'Disabled' | 'Idle' | 'Error' | null;
}

export type IndexState = 'Normal' | 'Disabled' | 'Idle' | 'Error';
export type IndexPriority = 'Low' | 'Normal' | 'High';
export type IndexLockMode = 'Unlock' | 'LockedIgnore' | 'LockedError';

/** Options of a field of a static index. */
export interface IndexFieldOptions {
  readonly Storage?: 'Yes' | 'No' | null;
  readonly Indexing?: 'No' | 'Search' | 'Exact' | 'Highlighting' | 'Default' | null;
  readonly Analyzer?: string | null;
  readonly Suggestions?: boolean | null;
  readonly TermVector?: 'No' | 'Yes' | 'WithPositions' | 'WithOffsets' | 'WithPositionsAndOffsets' | null;
  readonly Spatial?: Partial<SpatialOptions> | null;
  readonly Vector?: Readonly<Record<string, unknown>> | null;
  readonly [member: string]: unknown;
}

/** An index that somebody wrote, as database records have it under its name. Members that nobody reads are kept. */
export interface StaticIndexDefinition {
  readonly Name: string;
  readonly Maps: readonly string[];
  readonly Reduce?: string | null;
  readonly Fields: Readonly<Record<string, IndexFieldOptions>>;
  readonly AdditionalSources: Readonly<Record<string, string>>;
  readonly Configuration: Readonly<Record<string, string>>;
  readonly LockMode: IndexLockMode;
  readonly Priority: IndexPriority;
  readonly State: IndexState;
  readonly [member: string]: unknown;
}
