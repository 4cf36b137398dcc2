import { clock } from './clock.ts';
import { group, loss, membership } from './cluster-faults.ts';
import type { Fault } from './fault.ts';
import { partition } from './partition.ts';
import { disk, kill, pause, restart, transfer } from './process-faults.ts';

/** Every fault, by the name that it has in histories and on the command line. */
export const FAULTS = {
  kill,
  pause,
  partition,
  transfer,
  restart,
  membership,
  group,
  disk,
  clock,
  loss,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];
