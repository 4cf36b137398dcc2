import type { ClusterCommand } from './cluster-command.ts';
import { ClusterOperationError } from './cluster-error.ts';

/** Which commands a program knows. */
export interface CommandVersions {
  /** All commands up to this version. */
  readonly own: number;
  /** Type → the version with which it came, or with which what it does changed; absent: it was there from the first. */
  readonly introduced: Readonly<Partial<Record<ClusterCommand['type'], number>>>;
}

/** The version of a node that never told its own. */
export const FIRST_COMMAND_VERSION = 1;

/** Indexes that are made on one node after the other. Without these commands no record has any. */
export const ROLLING_VERSION = 3;

/** Copies that are not trusted any more. */
export const EXPIRY_VERSION = 4;

/** Records keep the definitions that indexes had. */
export const HISTORY_VERSION = 5;

/**
 * A node does not leave while a database would be left with nothing but copies that are being filled. A database that is
 * being deleted gets no new copy. The replication factor counts the copies that stay. The leader notes in a command that
 * it goes by these rules, once every node knows them.
 */
export const GROUP_RULES_VERSION = 6;

/** Documents of cluster transactions that no copy has any more are given up. */
export const ABANDON_VERSION = 7;

/**
 * The commands of this program. A release that adds a command, or changes what one does, raises `own` and enters the
 * command: until every node of the cluster is of that release, such a command is refused, since a node that does not
 * know it would come to another state than the others.
 */
export const COMMAND_VERSIONS: CommandVersions = {
  own: ABANDON_VERSION,
  introduced: {
    AdvanceLogTime: 2,
    PutRollingIndexes: ROLLING_VERSION,
    PutRollingAutoIndex: ROLLING_VERSION,
    FinishRollingIndex: ROLLING_VERSION,
    ExpireCopy: EXPIRY_VERSION,
    PutRecordedIndexes: HISTORY_VERSION,
    AbandonTransactions: ABANDON_VERSION,
  },
};

/** A node with the version of the commands that it knows. */
export interface NodeVersion {
  readonly tag: string;
  readonly version: number;
  /** It has said so itself; of a node that has just joined, only the first version is sure. */
  readonly hasTold: boolean;
}

/** Of the commands that this program and all these nodes know. */
export function lowestVersion(
  nodes: readonly Pick<NodeVersion, 'version'>[],
  { own }: Pick<CommandVersions, 'own'>,
): number {
  return Math.min(own, ...nodes.map(({ version }) => version));
}

/** Throws ClusterOperationError for a command that some node of the cluster would not know. */
export function checkVersion(
  { type }: Pick<ClusterCommand, 'type'>,
  nodes: readonly Omit<NodeVersion, 'hasTold'>[],
  { introduced }: CommandVersions,
): void {
  const needed = introduced[type] ?? FIRST_COMMAND_VERSION;
  const behind = nodes.filter(({ version }) => version < needed);
  if (behind.length === 0) return;
  const tags = behind.map(({ tag, version }) => `${tag} (version ${version})`).join(', ');
  throw new ClusterOperationError(
    `The command ${type} has to wait: it needs version ${needed} of the cluster's commands on every node, and these are older: ${tags}. Update them first.`,
  );
}

/**
 * Throws ClusterOperationError when a node that is to join does not know the commands that may be in the log: those that
 * everybody knew when they were taken. A node that has not told anything was asked here itself, so it lowers nothing.
 */
export function checkJoiner(url: string, version: number, nodes: readonly NodeVersion[]): void {
  const told = nodes.filter(({ hasTold }) => hasTold).map((node) => node.version);
  const lowest = told.length === 0 ? FIRST_COMMAND_VERSION : Math.min(...told);
  if (version >= lowest) return;
  throw new ClusterOperationError(
    `The node at ${url} is too old to join: it knows the cluster's commands up to version ${version}, and all nodes of the cluster know version ${lowest}. Update it first.`,
  );
}
