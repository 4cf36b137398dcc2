import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What every name of ours begins with, so that leftovers of a run that was killed can be told from other things. */
const PREFIX = 'rck';

/**
 * Names of everything that one run makes on this machine. Two runs have no name in common; addresses may be the same,
 * for each run has a network of its own.
 */
export interface RunNames {
  readonly id: string;
  /** Holds everything; short, because sockets are in it. */
  readonly folder: string;
  /** Network namespace of the control plane and of the test. */
  readonly network: string;
  /** Parent of the machines' cgroups, in every hierarchy. */
  readonly cgroup: string;
}

export function newRunNames(): RunNames {
  return namesOf(randomBytes(3).toString('hex'));
}

export function namesOf(id: string): RunNames {
  const name = `${PREFIX}-${id}`;
  return { id, folder: join(tmpdir(), name), network: name, cgroup: name };
}

/** The run that a folder of the temporary folder belongs to; undefined when it is not one of ours. */
export function runOfFolder(name: string): RunNames | undefined {
  const match = new RegExp(`^${PREFIX}-([0-9a-f]{6})$`).exec(name);
  return match?.[1] === undefined ? undefined : namesOf(match[1]);
}
