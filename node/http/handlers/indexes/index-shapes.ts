import type { IndexStatistics } from '../../../index-thread/thread-protocol.ts';
import type { StaticIndexDefinition } from '../../../indexing/definitions/index-definition.ts';
import { findByName, replacementName } from '../../../indexing/definitions/index-name.ts';
import { staticIndexType } from '../../../indexing/static/static-index-type.ts';
import { UNSET_DATE } from '../../timestamp.ts';

/** ISO text with seven digits of fraction. */
export function shownTime(time: string | null): string | null {
  return time === null ? null : `${time.slice(0, -1)}0000Z`;
}

/** Members of a definition that are shown as they were sent; absent or null: as here. */
const SENT_MEMBERS = {
  SourceType: 'Documents',
  ArchivedDataProcessingBehavior: null,
  SchemaDefinitions: null,
  OutputReduceToCollection: null,
  DeploymentMode: null,
  ReduceOutputIndex: null,
  PatternForOutputReduceToCollectionReferences: null,
  PatternReferencesCollectionName: null,
} as const;

const EMPTY_ASSEMBLY = {
  AssemblyName: null,
  AssemblyPath: null,
  PackageName: null,
  PackageVersion: null,
  PackageSourceUrl: null,
  Usings: [],
} as const;

function assembliesOf({ AdditionalAssemblies: sent }: StaticIndexDefinition): readonly object[] {
  return Array.isArray(sent) ? sent.map((one: object) => ({ ...EMPTY_ASSEMBLY, ...one })) : [];
}

/** A static index as `GET /indexes` shows it: every member is there. */
export function staticShape(definition: StaticIndexDefinition) {
  const { Name, LockMode, Priority, State, Configuration, AdditionalSources, Reduce, Maps } = definition;
  return {
    ...mapValues(SENT_MEMBERS, (otherwise, name) => definition[name] ?? otherwise),
    AdditionalAssemblies: assembliesOf(definition),
    Name,
    Type: staticIndexType(definition),
    LockMode,
    Priority,
    State,
    Configuration,
    AdditionalSources,
    Reduce: Reduce ?? null,
    Maps,
    ...(hasPairs(definition) ? { CompoundFields: definition.CompoundFields } : {}),
    Fields: mapValues(definition.Fields, (options) => ({ ...EMPTY_OPTIONS, ...options })),
  };
}

function hasPairs({ CompoundFields }: StaticIndexDefinition): boolean {
  return Array.isArray(CompoundFields) && CompoundFields.length > 0;
}

function mapValues<Value, Result>(
  members: Readonly<Record<string, Value>>,
  map: (value: Value, name: string) => Result,
): Readonly<Record<string, Result>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value, name)]));
}

/** A static index, and what is to replace it when it does not answer by its newest definition yet. */
export function staticShapes(definition: StaticIndexDefinition, replaced: readonly StaticIndexDefinition[]) {
  const { Name, LockMode, Priority, State } = definition;
  const former = findByName(replaced, Name);
  if (former === undefined) return [staticShape(definition)];
  return [
    staticShape({ ...definition, Name: replacementName(Name) }),
    staticShape({ ...former, Name, LockMode, Priority, State }),
  ];
}

const EMPTY_OPTIONS = {
  Analyzer: null,
  Indexing: null,
  Storage: null,
  Suggestions: null,
  TermVector: null,
  Spatial: null,
  Vector: null,
};

export function statusOf(index: IndexStatistics): 'Running' | 'Paused' | 'Disabled' | 'Pending' {
  if (index.state === 'Disabled') return 'Disabled';
  if (index.isPending) return 'Pending';
  return index.isPaused ? 'Paused' : 'Running';
}

/** One of `GET /indexes/stats`, in the protocol's order. */
export function statisticsShape(index: IndexStatistics) {
  const { references, output, reduced } = index;
  return {
    Name: index.name,
    MapAttempts: index.mapAttempts,
    MapSuccesses: index.mapSuccesses,
    MapErrors: index.mapErrors,
    MapReferenceAttempts: references?.attempts ?? null,
    MapReferenceSuccesses: references === null ? null : references.attempts - references.errors,
    MapReferenceErrors: references?.errors ?? null,
    ReduceAttempts: reduced?.attempts ?? null,
    ReduceSuccesses: reduced === null ? null : reduced.attempts - reduced.errors,
    ReduceErrors: reduced?.errors ?? null,
    ReduceOutputCollection: output?.collection ?? null,
    ReduceOutputReferencePattern: output?.references?.pattern ?? null,
    PatternReferencesCollectionName: output?.references?.collection ?? null,
    MappedPerSecondRate: 0,
    ReducedPerSecondRate: 0,
    MaxNumberOfOutputsPerDocument: 1,
    Collections: Object.fromEntries(
      index.collections.map(({ name, lastDocumentEtag, lastTombstoneEtag, lastEtag }) => [
        name,
        {
          LastProcessedDocumentEtag: lastDocumentEtag,
          LastProcessedTombstoneEtag: lastTombstoneEtag,
          LastProcessedTimeSeriesDeletedRangeEtag: 0,
          DocumentLag: index.isStale ? Math.max(0, lastEtag - lastDocumentEtag) : 0,
          TombstoneLag: index.isStale ? Math.max(0, lastEtag - lastTombstoneEtag) : 0,
        },
      ]),
    ),
    // Nobody has asked since then.
    LastQueryingTime: shownTime(index.lastQueriedAt ?? index.createdAt),
    State: index.state,
    Priority: index.priority,
    CreatedTimestamp: shownTime(index.createdAt),
    LastIndexingTime: shownTime(index.lastIndexedAt),
    IsStale: index.isStale,
    LockMode: index.lockMode,
    Type: index.type,
    SearchEngineType: 'Corax',
    ArchivedDataProcessingBehavior: null,
    Status: statusOf(index),
    EntriesCount: index.entries,
    ErrorsCount: index.errors.length,
    SourceType: 'Documents',
    ReferencedCollections: references?.collections.map(({ name }) => name) ?? [],
    IsInvalidIndex: false,
    Memory: null,
    LastBatchStats: null,
  };
}

/** One of the indexes in `GET /stats`. */
export function briefShape(index: IndexStatistics) {
  return {
    Name: index.name,
    IsStale: index.isStale,
    State: index.state,
    LockMode: index.lockMode,
    Priority: index.priority,
    Type: index.type,
    LastIndexingTime: shownTime(index.lastIndexedAt) ?? UNSET_DATE,
    SourceType: 'Documents',
  };
}

export function errorsShape(index: IndexStatistics) {
  return {
    Name: index.name,
    Errors: index.errors.map(({ timestamp, document, action, error }) => ({
      Timestamp: shownTime(timestamp),
      Document: document,
      Action: action,
      Error: error,
    })),
  };
}
