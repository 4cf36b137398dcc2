/** Options of a field of an auto index, as database records have them. */
export interface AutoIndexFieldOptions {
  readonly Storage: 'Yes' | 'No';
  /** `Default`, or `Search`, `Exact` and `Highlighting` with commas between. */
  readonly Indexing: string;
  readonly Aggregation: 'None' | 'Count' | 'Sum';
  readonly Spatial: null;
  readonly Vector: null;
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
