import { join, resolve } from 'node:path';
import type { LogLevel } from '../observability/log-level.ts';
import { ConfigurationError } from './configuration-error.ts';
import type { ListenAddress, ListenUrl } from './listen-url.ts';
import { type SecurityConfiguration, securityOf } from './secured-access.ts';
import { SettingValues } from './setting-values.ts';
import * as cluster from './settings/cluster-settings.ts';
import * as database from './settings/database-settings.ts';
import * as log from './settings/log-settings.ts';
import * as server from './settings/server-settings.ts';
import { readCommandLine } from './sources/command-line.ts';
import { readEnvironment } from './sources/environment-variables.ts';
import { readSettingsFile } from './sources/settings-file.ts';

/** How a node was told to run; an immutable value, checked. */
export interface NodeConfiguration {
  /** Where HTTP is served; at least one. */
  readonly serverUrls: readonly [ListenUrl, ...ListenUrl[]];
  readonly tcp: ListenAddress;
  /** null: plain HTTP and TCP. */
  readonly security: SecurityConfiguration | null;
  /** What others are told; null: where the node listens. */
  readonly publicServerUrl: string | null;
  readonly publicServerUrlTcp: string | null;
  /** Absolute. */
  readonly dataDirectory: string;
  readonly runInMemory: boolean;
  /** The process whose end ends the node; null: none. */
  readonly parentProcessId: number | null;
  /** null: the edge's own limit. */
  readonly maxConcurrentRequests: number | null;
  readonly cluster: ClusterConfiguration;
  readonly databases: DatabasesConfiguration;
  readonly logs: LogsConfiguration;
  /** To be logged once the node has a log. */
  readonly warnings: readonly string[];
}

export interface ClusterConfiguration {
  readonly electionTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly workerSamplePeriodMs: number;
  readonly supervisorSamplePeriodMs: number;
  readonly receiveFromWorkerTimeoutMs: number;
  readonly statsStabilizationTimeMs: number;
  readonly timeBeforeMovingToRehabMs: number;
  readonly timeBeforeRotatingPreferredNodeMs: number;
  readonly timeBeforeAddingReplicaMs: number;
  readonly timeBeforeExpiringSilentCopyMs: number;
  readonly silentCopyTombstonesMax: number;
  readonly expiredValuesPeriodMs: number;
  readonly snapshotBytesPerSecond: number;
  /** null: not told here. */
  readonly zone: string | null;
}

export interface DatabasesConfiguration {
  readonly loadTimeoutMs: number;
  readonly tombstoneCleanupIntervalMs: number;
  /** Of indexes of databases that don't say it themselves. */
  readonly deploymentModes: {
    readonly static: 'Parallel' | 'Rolling';
    readonly auto: 'Parallel' | 'Rolling';
  };
  /** How long nobody may ask an auto index before it is idle, and how long it may be idle before it is deleted. */
  readonly autoIndexIdleMs: number;
  readonly idleAutoIndexDeletedMs: number;
  /** How long a wider auto index must have been up to date before the narrower one is deleted. */
  readonly supersededAutoIndexDeletedMs: number;
  /** Memory of the index thread for objects; null: as much as the engine takes. */
  readonly indexHeapMegabytesMax: number | null;
}

export interface LogsConfiguration {
  readonly level: LogLevel;
  /** Absolute path of the newest log file; null: standard error only. */
  readonly file: string | null;
  readonly format: 'text' | 'json';
  readonly fileBytesMax: number;
  readonly filesMax: number;
}

/** Where configuration comes from, besides the defaults. */
export interface ConfigurationSources {
  /** Without the interpreter and the program. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here, and `settings.json` is looked for here. */
  readonly workingDirectory: string;
}

export type Invocation =
  | { readonly wants: 'run'; readonly configuration: NodeConfiguration }
  | { readonly wants: 'help' | 'version' };

/**
 * What the program was called for. Precedence, rising: defaults, `settings.json`, environment, command line. Throws
 * ConfigurationError.
 */
export function readInvocation({ args, environment, workingDirectory }: ConfigurationSources): Invocation {
  const commandLine = readCommandLine(args);
  if (commandLine.wants !== 'run') return { wants: commandLine.wants };
  const settingsFile = resolve(workingDirectory, commandLine.settingsFile ?? 'settings.json');
  const values = new SettingValues([
    ...readSettingsFile(settingsFile, commandLine.settingsFile !== null),
    ...readEnvironment(environment),
    ...commandLine.values,
  ]);
  return { wants: 'run', configuration: configurationOf(values, workingDirectory) };
}

function configurationOf(values: SettingValues, workingDirectory: string): NodeConfiguration {
  const [first, ...rest] = values.get(server.serverUrl);
  // The form of the setting gives one URL at least.
  if (first === undefined) throw new ConfigurationError(['ServerUrl is empty.']);
  const serverUrls = [first, ...rest] as const;
  const tcp = values.get(server.serverUrlTcp);
  const configuration: NodeConfiguration = {
    serverUrls,
    tcp: { host: tcp?.host ?? first.host, port: tcp?.port ?? 0 },
    security: securityOf(values, serverUrls, workingDirectory),
    publicServerUrl: values.get(server.publicServerUrl),
    publicServerUrlTcp: values.get(server.publicServerUrlTcp),
    dataDirectory: resolve(workingDirectory, values.get(server.dataDir)),
    runInMemory: values.get(server.runInMemory),
    parentProcessId: values.get(server.parentProcessId),
    maxConcurrentRequests: values.get(server.maxConcurrentRequests),
    cluster: clusterOf(values),
    databases: {
      loadTimeoutMs: values.get(database.concurrentLoadTimeoutInSec) * 1000,
      tombstoneCleanupIntervalMs: values.get(database.tombstoneCleanupIntervalInMin) * 60_000,
      deploymentModes: {
        static: values.get(database.staticDeploymentMode),
        auto: values.get(database.autoDeploymentMode),
      },
      autoIndexIdleMs: values.get(database.autoIndexIdleInMin) * 60_000,
      idleAutoIndexDeletedMs: values.get(database.idleAutoIndexDeletedInHrs) * 3_600_000,
      supersededAutoIndexDeletedMs: values.get(database.supersededAutoIndexDeletedInSec) * 1000,
      indexHeapMegabytesMax: values.get(database.indexHeapMaxInMb),
    },
    logs: logsOf(values, workingDirectory),
    warnings: values.warnings,
  };
  refuseOtherScheme(configuration, values);
  return configuration;
}

function clusterOf(values: SettingValues): ClusterConfiguration {
  return {
    electionTimeoutMs: values.get(cluster.electionTimeoutInMs),
    operationTimeoutMs: values.get(cluster.operationTimeoutInSec) * 1000,
    workerSamplePeriodMs: values.get(cluster.workerSamplePeriodInMs),
    supervisorSamplePeriodMs: values.get(cluster.supervisorSamplePeriodInMs),
    receiveFromWorkerTimeoutMs: values.get(cluster.receiveFromWorkerTimeoutInMs),
    statsStabilizationTimeMs: values.get(cluster.statsStabilizationTimeInSec) * 1000,
    timeBeforeMovingToRehabMs: values.get(cluster.timeBeforeMovingToRehabInSec) * 1000,
    timeBeforeRotatingPreferredNodeMs: values.get(cluster.timeBeforeRotatingPreferredNodeInSec) * 1000,
    timeBeforeAddingReplicaMs: values.get(cluster.timeBeforeAddingReplicaInSec) * 1000,
    timeBeforeExpiringSilentCopyMs: values.get(cluster.timeBeforeExpiringSilentCopyInSec) * 1000,
    silentCopyTombstonesMax: values.get(cluster.silentCopyTombstonesMax),
    expiredValuesPeriodMs: values.get(cluster.compareExchangeExpiredDeleteFrequencyInSec) * 1000,
    snapshotBytesPerSecond: values.get(cluster.snapshotMegabytesPerSec) * 1024 * 1024,
    zone: values.get(cluster.nodeZone),
  };
}

function logsOf(values: SettingValues, workingDirectory: string): LogsConfiguration {
  const folder = values.get(log.logsPath);
  return {
    level: values.get(log.logsMinLevel),
    file: folder === null ? null : join(resolve(workingDirectory, folder), 'node.log'),
    format: values.get(log.logsFormat),
    fileBytesMax: values.get(log.logsArchiveAboveSizeInMb) * 1024 * 1024,
    filesMax: values.get(log.logsMaxArchiveFiles),
  };
}

/** Others would be told to come by another protocol than is served. */
function refuseOtherScheme({ serverUrls, publicServerUrl }: NodeConfiguration, values: SettingValues): void {
  const { scheme } = serverUrls[0];
  if (publicServerUrl === null || new URL(publicServerUrl).protocol === `${scheme}:`) return;
  throw new ConfigurationError([
    `PublicServerUrl is '${publicServerUrl}' in ${values.sourceOf(server.publicServerUrl)}, but its scheme must be that of ServerUrl, ${scheme}.`,
  ]);
}
