import { ConfigurationError } from '../../node/configuration/configuration-error.ts';
import { readInvocation } from '../../node/configuration/node-configuration.ts';
import type { RavenCluster } from '../api/raven-cluster.ts';
import type { Fault } from '../api/validate-resource.ts';

/** Settings that the node program would refuse: better said now, at their line, than by every node in turn. */
export function checkNodeSettings({ spec }: RavenCluster): readonly Fault[] {
  return Object.entries(spec.config).flatMap(([key, value]) =>
    problemsWith(key, value).map((message) => ({ path: ['spec', 'config', key], atKey: true, message })),
  );
}

function problemsWith(key: string, value: string): readonly string[] {
  try {
    // A folder without a settings file: only what is given here counts.
    readInvocation({ args: [`--${key}=${value}`], environment: {}, workingDirectory: import.meta.dirname });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => problem.replace(' in the command line', ''));
  }
}
