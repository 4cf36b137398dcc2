/**
 * Keys of RavenDB that have no meaning here: they tune parts this server does not have, or has in another shape. A
 * configuration written for RavenDB is taken as it is; their values are not looked at.
 */
const BY_CATEGORY: Readonly<Record<string, string>> = {
  '': `AcmeUrl ExternalIp ServerUrl.Cluster PublicServerUrl.Cluster License ThrowIfAnyIndexCannotBeOpened
    DatabaseOperationTimeoutInMin Features.Availability Server.Name Server.MaxTimeForTaskToWaitForDatabaseToLoadInSec
    Server.ProcessAffinityMask Server.IndexingAffinityMask Server.NumberOfUnusedCoresByIndexes
    Server.CpuCredits.Base Server.CpuCredits.Max Server.CpuCredits.Exec Server.CpuCredits.ExhaustionFailoverThreshold
    Server.ThreadPool.MinWorkerThreads Server.ThreadPool.MinCompletionPortThreads Server.Tcp.Compression.Disable
    Server.AllowedDestinations Setup.Certificate.Path Setup.Certificate.Password Setup.ThreadPool.MinWorkerThreads
    Embedded.ThreadPool.MinWorkerThreads Updates.BackgroundChecks.Disable Updates.Channel
    Export.Import.EnforceRevisionsAfterImport WebSockets.DatabaseChangesApi.UseCompression`,
  License: `Path Eula.Accepted CanActivate CanForceUpdate CanRenew CanRenewLicense SkipLeasingErrorsLogging
    DisableAutoUpdate DisableAutoUpdateFromApi DisableLicenseSupportCheck ThrowOnInvalidOrMissingLicense`,
  Security: `DisableHttpsRedirection DisableHsts AuditLog.FolderPath AuditLog.RetentionTimeInHrs
    AuditLog.RetentionTimeInHours AuditLog.RetentionSizeInMb AuditLog.Compress AuditLog.ArchiveAboveSizeInMb
    AuditLog.MaxArchiveDays AuditLog.MaxArchiveFiles AuditLog.EnableArchiveFileCompression
    Certificate.Exec.Arguments Certificate.Load.Exec.Arguments Certificate.Load.Exec.TimeoutInSec
    Certificate.Renew.Exec Certificate.Renew.Exec.Arguments Certificate.Renew.Exec.TimeoutInSec Certificate.Change.Exec
    Certificate.Change.Exec.Arguments Certificate.Change.Exec.TimeoutInSec Certificate.Exec.TimeoutInSec
    Certificate.LetsEncrypt.Email Certificate.LetsEncrypt.RenewBeforeExpirationInDays
    Certificate.ExpiringThresholdInDays Certificate.AutoExtendThresholdInDays MasterKey.Path MasterKey.Exec
    MasterKey.Exec.Arguments MasterKey.Exec.TimeoutInSec
    WellKnownIssuerHashes.Admin WellKnownIssuers.Admin.ValidateCertificateNames TlsCipherSuites
    DoNotConsiderMemoryLockFailureAsCatastrophicError AllowedDestinations Csrf.Enabled Csrf.TrustedOrigins
    Csrf.AdditionalOriginHeaders TwoFactor.DefaultSessionDurationInMin TwoFactor.MaxSessionDurationInMin`,
  Cluster: `TcpTimeoutInMs MaxChangeVectorDistance HardDeleteOnReplacement LogHistoryMaxEntries
    MaxSizeOfSingleRaftCommandInMb TcpSendBufferSizeInBytes TcpReceiveBufferSizeInBytes OnErrorDelayTimeInMs
    CompareExchangeTombstonesCleanupIntervalInMin
    MaxClusterTransactionCompareExchangeTombstoneCheckIntervalInMin
    MaxClusterTransactionBatchSize DisableAtomicDocumentWrites MaximalAllowedClusterVersion`,
  Logs: `UseUtcTime RetentionTimeInHrs RetentionSizeInMb Compress MaxArchiveDays EnableArchiveFileCompression
    ConfigPath Internal.Path Internal.Level Internal.LogToStandardOutput Internal.LogToStandardError
    Microsoft.MinLevel Microsoft.ConfigurationPath Microsoft.Disable ThrowConfigExceptions`,
  Http: `MinDataRateBytesPerSec MinDataRateGracePeriodInSec MaxRequestBufferSizeInKb MaxRequestLineSizeInKb
    Http2.KeepAlivePingTimeoutInSec Http2.KeepAlivePingDelayInSec Http2.MaxStreamsPerConnection
    Http2.InitialConnectionWindowSizeInKb Http2.InitialStreamWindowSizeInKb UseResponseCompression
    AllowResponseCompressionOverHttps GzipResponseCompressionLevel DeflateResponseCompressionLevel
    ZstdResponseCompressionLevel BrotliResponseCompressionLevel StaticFilesResponseCompressionLevel Protocols
    AllowSynchronousIO UseLibuv PooledConnectionLifetimeInSec PooledConnectionIdleTimeoutInSec
    GlobalConnectionPool Request.ConcurrencyLimit`,
  Databases: `QueryTimeoutInSec QueryOperationTimeoutInSec OperationTimeoutInSec CollectionOperationTimeoutInSec
    MaxConcurrentLoads MaxIdleTimeInSec FrequencyToCheckForIdleInSec PulseReadTransactionLimitInMb
    MaxRevisionsToDeleteUponDocumentUpdate DeepCleanupThresholdInMin RegularCleanupThresholdInMin
    QueueSink.MaxFallbackTimeInSec Compression.CompressAllCollectionsDefault
    Compression.CompressRevisionsDefault SupportedFeatures`,
  Storage: `TempPath ForceUsing32BitsPager EnablePrefetching TransactionsModeDurationInMin MaxConcurrentFlushes
    TimeToSyncAfterFlashInSec TimeToSyncAfterFlushInSec NumberOfConcurrentSyncsPerPhysicalDrive
    CompressTxAboveSizeInKb MaxScratchBufferSizeInMb PrefetchBatchSizeInKb PrefetchResetThresholdInGb
    FreeSpaceAlertThresholdInPercentages FreeSpaceAlertThresholdInMb SyncJournalsCountThreshold
    IoMetricsCleanupIntervalInHrs OnCreateDirectory.Exec OnDirectoryInitialize.Exec
    OnCreateDirectory.Exec.Arguments OnDirectoryInitialize.Exec.Arguments OnCreateDirectory.Exec.TimeoutInSec
    OnDirectoryInitialize.Exec.TimeoutInSec Dangerous.IgnoreInvalidJournalErrors
    Dangerous.SkipChecksumValidationOnDatabaseLoading IgnoreDataIntegrityErrorsOfAlreadySyncedTransactions
    Encrypted.DisableBuffersPooling MaxNumberOfRecyclableJournals AppendOnlyMode DisableSparseRegions`,
  Replication: `ActiveConnectionTimeoutInSec ReplicationMinimalHeartbeatInSec ReplicationMinimalHeartbeatInMs
    RetryReplicateAfterInSec RetryMaxTimeoutInSec MaxItemsCount MaxSizeToSendInMb MinimalHeartbeatInMs`,
  Tombstones: `RetentionTimeWithReplicationHubInHrs IndexRetentionTimeInHrs CleanupIntervalWithReplicationHubInMin`,
  Indexing: `RunInMemory Disable TempPath MaxTimeForDocumentTransactionToRemainOpenInSec
    MinNumberOfMapAttemptsAfterWhichBatchWillBeCanceledIfRunningLowOnMemory
    NumberOfConcurrentStoppedBatchesIfRunningLowOnMemory MaxNumberOfConcurrentlyRunningIndexes
    DisableQueryOptimizerGeneratedIndexes
    MinNumberOfIndexOutputsToReduce NumberOfLargeSegmentsToMergeInSingleBatch LargeSegmentSizeToMergeInMb
    MaximumSizePerSegmentInMb MergeFactor MapTimeoutInSec MapTimeoutAfterEtagReachedInMin MapBatchSize
    MaxStepsForScript MaxTimeToWaitAfterFlushAndSyncWhenReplacingSideBySideIndexInSec CleanupIntervalInMin
    IndexEmptyEntries IndexMissingFieldsAsNull Analyzers.Default Analyzers.Exact.Default Analyzers.Search.Default
    Static.SearchEngineType Auto.SearchEngineType Static.RequireAdminToDeployJavaScriptIndexes
    Static.ArchivedDataProcessingBehavior Auto.ArchivedDataProcessingBehavior
    History.NumberOfRevisions Metrics.Enabled OrderByTicksAutomaticallyWhenDatesAreInvolved
    QueryClauseCache.Disabled QueryClauseCache.SizeInMb QueryClauseCache.ExpirationScanFrequencyInSec
    QueryClauseCache.RepeatedQueriesCount QueryClauseCache.RepeatedQueriesTimeFrameInSec
    TransactionSizeLimitInMb EncryptedTransactionSizeLimitInMb ScratchSpaceLimitInMb GlobalScratchSpaceLimitInMb
    ManagedAllocationsBatchSizeLimitInMb AllocationsBatchSizeLimit Lucene.UseCompoundFileInMerging
    Lucene.IndexInputType Lucene.ReaderTermsIndexDivisor Lucene.LargeSegmentSizeToMergeInMb
    Corax.IncludeDocumentScore Corax.IncludeSpatialDistance Corax.MaxMemoizationSizeInMb
    Corax.MaxAllocationsAtDictionaryTrainingInMb Corax.DocumentsLimitForCompressionDictionaryCreation
    Corax.ComplexFieldIndexingBehavior Corax.UnmanagedAllocationsBatchSizeLimitInMb Corax.VectorSearch.DefaultNumberOfEdges
    Throttling.TimeIntervalInMs NuGetPackageSourceUrl NuGetPackagesPath NuGetAllowPreReleasePackages
    AdditionalAssemblies.ProhibitedUse ErrorIndexStartupBehavior IndexStartupBehavior
    ResetMode SkipDatabaseIdValidationOnIndexOpening MaxTimeForMergesToKeepRunningInSec`,
  Memory: `LowMemoryLimitInMb LowMemoryCommitLimitInMb MinimumFreeCommittedMemoryPercentage UseTotalDirtyMemInsteadOfMemUsage
    UseRssInsteadOfMemUsage EnableHighTemporaryDirtyMemoryUse TemporaryDirtyMemoryAllowedPercentage
    TemporaryDirtyMemoryChecksPeriodInSec LargeObjectHeapCompactionThresholdPercentage MaxFreeCommittedMemoryToKeepInMb
    HighTemporaryDirtyMemoryInMb`,
  Query: 'MaxClauseCount RegexTimeoutInMs ExplainQuery',
  Patching: `MaxStepsForScript MaxNumberOfCachedScripts StrictMode AllowStringCompilation`,
  JavaScript: 'MaxStepsForScript MaxDurationInMs',
  Monitoring: `Cpu.Exec Cpu.Exec.Arguments Disk.ReadStatsDebounceTimeInMs OpenTelemetry.Enabled
    OpenTelemetry.ServiceInstanceId Snmp.Enabled Snmp.Port Snmp.Community Snmp.SupportedVersions
    Snmp.AuthenticationUser Snmp.AuthenticationPassword Snmp.AuthenticationProtocol Snmp.PrivacyProtocol
    Snmp.PrivacyPassword Snmp.DisableTimeWindowChecks`,
  Notifications: 'FilterOut MaxItems',
  PerformanceHints: `Documents.HugeDocumentsCollectionSize Documents.HugeDocumentSizeInMb MaxNumberOfResults
    TooLongRequestThresholdInSec Indexing.MaxIndexOutputsPerDocument Indexing.AlertWhenSourceDocumentIncludedInOutput
    Memory.MinSwapSizeInMb Indexing.MaxDepthOfRecursionInLinqSelect`,
  Backup: `TempPath LocalRootPath AllowedDestinations AllowedAwsRegions MaxNumberOfConcurrentBackups
    ConcurrentBackupsDelayInSec LowMemoryBackupDelayInMin CloudStorageOperationTimeoutInMin
    MoveToNewResponsibleNodeGracePeriodInMin Compression Snapshot.Compression.Algorithm Snapshot.Compression.Level`,
  ETL: `ExtractAndTransformTimeoutInSec MaxNumberOfExtractedDocuments MaxNumberOfExtractedItems MaxFallbackTimeInSec
    MaxBatchSizeInMb SQL.CommandTimeoutInSec Queue.AzureQueueStorage.TimeToLiveInSec`,
  Expiration: 'MaxItemsToProcess DeleteFrequencyInSec',
  BulkInsert: 'MaxBytesToReadBeforeCommit',
  Subscriptions: 'ArchivedDataProcessingBehavior MaxNumberOfConcurrentConnections',
  Sharding: 'OrchestratorTimeoutInMin ShardExecutorTimeoutInMin CompressionDisabled',
  Studio: 'Path ReadOnly ShowReplicationFactor BuildVersion',
  TrafficWatch: `Mode Databases StatusCodes MinimumResponseSizeInBytes MinimumRequestSizeInBytes
    MinimumDurationInMs HttpMethods ChangeTypes CertificateThumbprints`,
  TransactionMerger: `MaxTimeToWaitForPreviousTxInMs MaxTimeToWaitForPreviousTxBeforeRejectingInMs MaxTxSizeInMb
    MaxTimeToBlockIncomingTransactionsInMs`,
  Migration: 'MigratorPath',
  Integrations: `PostgreSQL.Enabled PostgreSQL.Port PostgreSQL.Npgsql.DisableMessageEncoding
    PostgreSQL.MaxCommandSizeInBytes`,
  DebugLogging: 'Enabled Components',
};

export const ACCEPTED_KEYS: readonly string[] = Object.entries(BY_CATEGORY).flatMap(([category, names]) =>
  names
    .split(/\s+/)
    .filter((name) => name !== '')
    .map((name) => (category === '' ? name : `${category}.${name}`)),
);
