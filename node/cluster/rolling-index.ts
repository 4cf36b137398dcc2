import type { DatabaseRecord } from './database-record.ts';

export type RollingState = 'Pending' | 'Running' | 'Done';

/** Where one node is with an index that is deployed on one after the other. Times in .NET's round-trip form. */
export interface RollingDeployment {
  readonly State: RollingState;
  readonly CreatedAt: string;
  readonly StartedAt: string | null;
  readonly FinishedAt: string | null;
}

/** An index that is being deployed on one node after the other; it goes from the record when all are done. */
export interface RollingIndex {
  /** By node tag. */
  readonly ActiveDeployments: Readonly<Record<string, RollingDeployment>>;
  /** Raft index of the command that began it. */
  readonly RaftCommandIndex: number;
}

/** By the names of the indexes. What a client has put into its record and is none is left out. */
export function rollingIndexesOf({
  RollingIndexes: all,
}: Pick<DatabaseRecord, 'RollingIndexes'>): Readonly<Record<string, RollingIndex>> {
  if (!isObject(all)) return {};
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, RollingIndex] => isRollingIndex(entry[1])),
  );
}

/** Names of indexes whose turn has not come on a node. One that has come to the group since waits, too. */
export function pendingIndexes(record: DatabaseRecord, tag: string): readonly string[] {
  return namesIn(record, tag, (state) => state === undefined || state === 'Pending');
}

/** Names of indexes that are being made on a node, while others wait for it. */
export function runningIndexes(record: DatabaseRecord, tag: string): readonly string[] {
  return namesIn(record, tag, (state) => state === 'Running');
}

function namesIn(
  record: DatabaseRecord,
  tag: string,
  is: (state: RollingState | undefined) => boolean,
): readonly string[] {
  return Object.entries(rollingIndexesOf(record))
    .filter(([, { ActiveDeployments: deployments }]) =>
      is(Object.hasOwn(deployments, tag) ? deployments[tag]?.State : undefined),
    )
    .map(([name]) => name);
}

function isRollingIndex(value: unknown): value is RollingIndex {
  if (!isObject(value) || !isObject(value.ActiveDeployments)) return false;
  return typeof value.RaftCommandIndex === 'number' && Object.values(value.ActiveDeployments).every(isObject);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
