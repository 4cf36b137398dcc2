import { distance } from 'fastest-levenshtein';
import { flag, integer, oneOf, text, type ValueForm } from '../value-form.ts';

const INT_MAX = 2_147_483_647;
/** More than any size or time is. */
const LARGE_MAX = 999_999_999_999_999;

const number: ValueForm<number> = {
  expected: 'a number',
  parse: (value) => (/^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined),
};

/** RavenDB's keys that an index may have in its configuration, by how their values are read. Without `Indexing.` */
const BY_FORM: readonly (readonly [form: ValueForm<unknown>, names: string])[] = [
  // Settings of a database for what is no matter of one index: their values are not looked at.
  [text, 'RunInMemory Disable TempPath Analyzers.Default Analyzers.Exact.Default Analyzers.Search.Default'],
  [
    flag,
    `Metrics.Enabled DisableQueryOptimizerGeneratedIndexes QueryClauseCache.Disabled AllowStringCompilation
    IndexMissingFieldsAsNull IndexEmptyEntries SkipDatabaseIdValidationOnIndexOpening
    Static.RequireAdminToDeployJavaScriptIndexes OrderByScoreAutomaticallyWhenBoostingIsInvolved
    Lucene.UseCompoundFileInMerging UseCompoundFileInMerging OrderByTicksAutomaticallyWhenDatesAreInvolved
    Corax.IncludeDocumentScore Corax.IncludeSpatialDistance Corax.VectorSearch.OrderByScoreAutomatically
    Querying.UseSearchAnalyzerForDynamicFieldsIfNotSetExplicitlyInSearchQuery Querying.Corax.NullFirst`,
  ],
  [
    integer(-INT_MAX, INT_MAX),
    `MinNumberOfMapAttemptsAfterWhichBatchWillBeCanceledIfRunningLowOnMemory
    NumberOfConcurrentStoppedBatchesIfRunningLowOnMemory MapBatchSize MaxStepsForScript
    Lucene.Analyzers.NGram.MinGram Analyzers.NGram.MinGram Lucene.Analyzers.NGram.MaxGram Analyzers.NGram.MaxGram
    Lucene.MergeFactor MergeFactor Lucene.NumberOfLargeSegmentsToMergeInSingleBatch
    NumberOfLargeSegmentsToMergeInSingleBatch History.NumberOfRevisions
    Corax.DocumentsLimitForCompressionDictionaryCreation Lucene.ReaderTermsIndexDivisor
    Corax.VectorSearch.DefaultNumberOfEdges Corax.VectorSearch.DefaultNumberOfCandidatesForIndexing
    Corax.VectorSearch.DefaultNumberOfCandidatesForQuerying
    Corax.VectorSearch.MaximumConcurrentBatchesForHnswAcceleration
    Corax.VectorSearch.VectorSearchScanningThreshold`,
  ],
  [
    integer(-LARGE_MAX, LARGE_MAX, 'megabytes'),
    `ManagedAllocationsBatchSizeLimitInMb Corax.UnmanagedAllocationsBatchSizeLimitInMb
    Lucene.MaximumSizePerSegmentInMb MaximumSizePerSegmentInMb Lucene.LargeSegmentSizeToMergeInMb
    LargeSegmentSizeToMergeInMb TransactionSizeLimitInMb Encrypted.TransactionSizeLimitInMb ScratchSpaceLimitInMb
    MinimumTotalSizeOfJournalsToRunFlushAndSyncWhenReplacingSideBySideIndexInMb Corax.MaxMemoizationSizeInMb
    Corax.MaxAllocationsAtDictionaryTrainingInMb Corax.VectorSearch.CacheSizeInMb`,
  ],
  [
    // -1: without an end.
    integer(-1, LARGE_MAX),
    `MaxTimeForDocumentTransactionToRemainOpenInSec TimeBeforeDeletionOfSupersededAutoIndexInSec
    TimeToWaitBeforeMarkingAutoIndexAsIdleInMin TimeToWaitBeforeDeletingAutoIndexMarkedAsIdleInHrs MapTimeoutInSec
    QueryClauseCache.RepeatedQueriesTimeFrameInSec MapTimeoutAfterEtagReachedInMin
    Lucene.MaxTimeForMergesToKeepRunningInSec MaxTimeForMergesToKeepRunningInSec Throttling.TimeIntervalInMs
    TimeSinceLastQueryAfterWhichDeepCleanupCanBeExecutedInMin
    MaxTimeToWaitAfterFlushAndSyncWhenReplacingSideBySideIndexInSec ElapsedSinceQueriedPersistIntervalInMin`,
  ],
  [number, 'Corax.VectorSearch.DefaultMinimumSimilarity'],
  [oneOf(['Parallel', 'Rolling']), 'Static.DeploymentMode Auto.DeploymentMode'],
  [oneOf(['Corax', 'Lucene']), 'Static.SearchEngineType'],
  [oneOf(['None', 'Corax', 'Lucene']), 'Auto.SearchEngineType'],
  [
    oneOf(['ExcludeArchived', 'IncludeArchived', 'ArchivedOnly']),
    'Auto.ArchivedDataProcessingBehavior Static.ArchivedDataProcessingBehavior',
  ],
  [oneOf(['Default', 'Start', 'ResetAndStart']), 'ErrorIndexStartupBehavior'],
  [oneOf(['Default', 'Immediate', 'Pause', 'Delay']), 'IndexStartupBehavior'],
  [oneOf(['InPlace', 'SideBySide']), 'ResetMode'],
  [oneOf(['Standard', 'Buffered']), 'Lucene.IndexInputType'],
  [oneOf(['None', 'Throw', 'Skip']), 'Corax.Static.ComplexFieldIndexingBehavior'],
  [oneOf(['NullsSmallest', 'NullsLargest']), 'Querying.Corax.NullsSortMode'],
];

/** Keys of indexing that are a node's alone. */
const OF_NODE = `QueryClauseCache.SizeInMb QueryClauseCache.ExpirationScanFrequencyInSec
  QueryClauseCache.RepeatedQueriesCount CleanupIntervalInMin GlobalScratchSpaceLimitInMb
  MaxTimeToWaitAfterFlushAndSyncWhenExceedingScratchSpaceLimitInSec
  MaxTimeToWaitAfterFlushAndSyncWhenExceedingScratchSpaceLimit MaxNumberOfConcurrentlyRunningIndexes
  NuGetPackagesPath NuGet.PackagesPath NuGetPackageSourceUrl NuGet.PackageSourceUrl NuGetAllowPreReleasePackages
  NuGet.AllowPreReleasePackages Corax.VectorSearch.MaxNumberOfThreadsForLocalEmbeddingsGeneration HeapMaxInMb`;

const FORMS: ReadonlyMap<string, ValueForm<unknown>> = new Map(
  BY_FORM.flatMap(([form, names]) => keysOf(names).map((key) => [key.toLowerCase(), form])),
);
const NODE_KEYS: ReadonlySet<string> = new Set(keysOf(OF_NODE).map((key) => key.toLowerCase()));
const INDEX_KEYS: readonly string[] = BY_FORM.flatMap(([, names]) => keysOf(names));

function keysOf(names: string): readonly string[] {
  return names.split(/\s+/).map((name) => `Indexing.${name}`);
}

/** How the value of a key in the configuration of an index is read; 'of the node': an index can't have it. */
export function indexKeyForm(key: string): ValueForm<unknown> | 'of the node' | undefined {
  const lower = key.toLowerCase();
  return FORMS.get(lower) ?? (NODE_KEYS.has(lower) ? 'of the node' : undefined);
}

/** The key of an index that takes the fewest edits to reach. */
export function nearestIndexKey(key: string): string {
  const lower = key.toLowerCase();
  const edits = INDEX_KEYS.map((candidate) => distance(lower, candidate.toLowerCase()));
  return INDEX_KEYS[edits.indexOf(Math.min(...edits))] ?? '';
}
