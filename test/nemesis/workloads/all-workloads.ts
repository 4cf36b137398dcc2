import { type AppendLevel, checkAppend } from '../checkers/check-append.ts';
import { checkBank } from '../checkers/check-bank.ts';
import { checkCausal } from '../checkers/check-causal.ts';
import { checkIdentities } from '../checkers/check-identities.ts';
import { checkRegisters } from '../checkers/check-register.ts';
import { checkSessions } from '../checkers/check-sessions.ts';
import { checkSet } from '../checkers/check-set.ts';
import type { Finding } from '../checkers/finding.ts';
import { type Completed, completedOperations, type Operation } from '../history/operation.ts';
import { appendWorkload } from './append.ts';
import { BANK_TOTAL, bankWorkload } from './bank.ts';
import { causalWorkload } from './causal.ts';
import { clusterSessionWorkload } from './cluster-sessions.ts';
import { clusterTransactions } from './cluster-transactions.ts';
import { identitiesWorkload } from './identities.ts';
import { registerWorkload } from './register.ts';
import { SESSION_PARTS, sessionWorkload } from './sessions.ts';
import { majorityWorkload, setWorkload } from './set.ts';
import type { Workload } from './workload.ts';

interface Claim {
  /** What is claimed, and of what. */
  readonly claim: string;
  readonly create: (name: string) => Workload;
  readonly check: (operations: readonly Completed[]) => readonly Finding[];
  /** Whether it writes what only one disk has at first. */
  readonly needsEveryDisk?: boolean;
}

const append = (checksReads: boolean, level: AppendLevel, claim: string): Claim => ({
  claim,
  create: (name) => appendWorkload({ name, transact: clusterTransactions(checksReads) }),
  check: (operations) => checkAppend(operations, level),
});

/** Every workload, by the name that it has in histories and on the command line. */
const WORKLOADS = {
  register: {
    claim: 'a compare-exchange value is a linearizable register',
    create: registerWorkload,
    check: checkRegisters,
  },
  append: append(
    true,
    'strict-serializable',
    'cluster-wide transactions with read sets are strictly serializable among one another',
  ),
  'append-unchecked': append(
    false,
    'no-lost-updates',
    'cluster-wide transactions without read sets read what is committed and lose no update',
  ),
  bank: {
    claim: 'cluster-wide transactions are whole on every copy, and overdraw nothing',
    create: bankWorkload,
    check: (operations: readonly Completed[]) => checkBank(operations, BANK_TOTAL),
  },
  set: {
    claim: 'every acknowledged document is on every member in the end',
    create: setWorkload,
    check: checkSet,
    needsEveryDisk: true,
  },
  identities: {
    claim: 'identities are unique, and grow in real time',
    create: identitiesWorkload,
    check: checkIdentities,
  },
  causal: {
    claim: 'a session reads its cluster-wide writes on every node',
    create: causalWorkload,
    check: checkCausal,
  },
  majority: {
    claim: 'what a majority has acknowledged survives the loss of a disk',
    create: majorityWorkload,
    check: checkSet,
  },
  session: {
    claim:
      "what the official client's sessions save is there as a whole or not at all, and on every member in the end",
    create: sessionWorkload,
    check: (operations: readonly Completed[]) => checkSessions(operations, SESSION_PARTS),
    needsEveryDisk: true,
  },
  'cluster-session': {
    claim: "the official client's cluster-wide sessions lose no update, while it fails over by itself",
    create: clusterSessionWorkload,
    check: (operations: readonly Completed[]) => checkAppend(operations, 'no-lost-updates'),
  },
} as const satisfies Readonly<Record<string, Claim>>;

export type WorkloadName = keyof typeof WORKLOADS;

export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as readonly WorkloadName[];

export function claimOf(name: WorkloadName): string {
  return WORKLOADS[name].claim;
}

/** Whether it does not survive a lost disk. */
export function needsEveryDisk(name: WorkloadName): boolean {
  const { needsEveryDisk = false }: Claim = WORKLOADS[name];
  return needsEveryDisk;
}

export function createWorkload(name: WorkloadName): Workload {
  return WORKLOADS[name].create(name);
}

/** What is wrong with the operations of a workload. Throws for a history that is malformed. */
export function checkWorkload(name: WorkloadName, history: readonly Operation[]): readonly Finding[] {
  return WORKLOADS[name].check(completedOperations(history, name));
}
