import { parseArgs } from 'node:util';
import { ordinalOfPod, POD_PATHS } from '../resources/names.ts';
import { PodEnvironmentError } from './pod-environment-error.ts';

/**
 * What the container of a database node is told. This is the contract with the template of the StatefulSet:
 *
 * - Image: its entry point is `ravencluster`, so a container gives `args: ['pod', …]` and no command.
 * - Arguments after `pod`, each with a default: `--settings` FILE (POD_PATHS.settings), `--incarnations` FOLDER
 *   (POD_PATHS.incarnations), `--data` FOLDER (POD_PATHS.data: the mount point of the volume), and `--tls` FOLDER.
 *   With `--tls` the node serves HTTPS with `tls.crt`, `tls.key` and `ca.crt` of that folder (POD_PATHS.certificates);
 *   without it, plain HTTP.
 * - Variables: POD_NAME and POD_NAMESPACE (downward API), CLUSTER_NAME. POD_IP (downward API) is optional: an IPv6
 *   address makes the node listen on IPv6.
 * - Mounts: the `data` volume, writable; an emptyDir at /tmp. ConfigMaps and Secrets as whole folders (a `subPath`
 *   would never change), the root file system read-only. The incarnations folder may be missing or empty.
 * - The settings file is flat JSON, configuration key → text. What this program sets itself wins over it: addresses,
 *   data folder, certificates.
 * - Signals: SIGTERM stops the node in order (exit code 0), at any time.
 */
export interface PodEnvironment {
  readonly cluster: string;
  readonly namespace: string;
  readonly ordinal: number;
  readonly listensOnIpv6: boolean;
  /** Absolute paths. */
  readonly settingsFile: string;
  readonly incarnationsFolder: string;
  readonly volume: string;
  /** Folder with the certificates; undefined: plain HTTP. */
  readonly tlsFolder: string | undefined;
}

export interface PodSources {
  /** What follows `pod` on the command line. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** @throws PodEnvironmentError */
export function readPodEnvironment({ args, environment }: PodSources): PodEnvironment {
  const options = readOptions(args);
  const cluster = required(environment, 'CLUSTER_NAME');
  const pod = required(environment, 'POD_NAME');
  const ordinal = ordinalOfPod(cluster, pod);
  if (ordinal === undefined) {
    throw new PodEnvironmentError(
      `POD_NAME is '${pod}', but a pod of the cluster '${cluster}' is called ${cluster}-<ordinal>: run this in a StatefulSet named like the cluster.`,
    );
  }
  return {
    cluster,
    namespace: required(environment, 'POD_NAMESPACE'),
    ordinal,
    listensOnIpv6: environment.POD_IP?.includes(':') === true,
    settingsFile: options.settings ?? POD_PATHS.settings,
    incarnationsFolder: options.incarnations ?? POD_PATHS.incarnations,
    volume: options.data ?? POD_PATHS.data,
    tlsFolder: options.tls,
  };
}

function readOptions(args: readonly string[]) {
  try {
    const path = { type: 'string' } as const;
    return parseArgs({
      args: [...args],
      options: { settings: path, incarnations: path, data: path, tls: path },
    }).values;
  } catch (error) {
    // Its own errors name the argument; which of them it was makes no difference here.
    throw new PodEnvironmentError(
      `ravencluster pod takes --settings, --incarnations, --data and --tls, each with a path: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function required(environment: PodSources['environment'], name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new PodEnvironmentError(
    `${name} is not set: ravencluster pod runs in a pod of the operator, which sets it. To run a node elsewhere, use ravencluster node.`,
  );
}
