import { podNodeArguments } from '../pod/node-arguments.ts';
import { readPodEnvironment } from '../pod/pod-environment.ts';
import { PodEnvironmentError } from '../pod/pod-environment-error.ts';
import { prepareVolume } from '../pod/prepare-volume.ts';
import { operatorLogging } from './operator-logging.ts';

/** Exit codes, as those of the node program. */
const FAILED = 1;
const MISCONFIGURED = 2;

/**
 * `ravencluster pod`: what a pod of the operator runs. Makes its volume ready, then gives the arguments of the node
 * program, which goes on in this process. Ends the process when that can't be.
 */
export async function preparePod(args: readonly string[]): Promise<readonly string[]> {
  const logging = operatorLogging('json');
  try {
    const pod = readPodEnvironment({ args, environment: process.env });
    await prepareVolume(pod, (sentence) => logging.info(sentence));
    return podNodeArguments(pod);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(error instanceof PodEnvironmentError ? MISCONFIGURED : FAILED);
  }
}
