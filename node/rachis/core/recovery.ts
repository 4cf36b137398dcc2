import type { ClusterNode, Configuration } from './configuration.ts';
import type { CoreState } from './core-state.ts';
import { startElection } from './election.ts';
import type { Entry } from './entry.ts';
import { invariant } from './invariant.ts';
import type { RecoverOutcome } from './outcome.ts';
import type { LogPosition } from './raft-log.ts';

/** An order to go on alone, as a cluster of its own, because the quorum is lost for good. */
export interface RecoveryOrder {
  /** Where whoever gives it saw this node's log end: a node that stands elsewhere is not the one that was meant. */
  readonly at: LogPosition;
  /** Identity of the new cluster. */
  readonly clusterId: string;
  /** Commands that take effect with it, as one with it. */
  readonly commands: readonly Uint8Array[];
}

/**
 * Unsafe recovery: makes this node the one member of a new cluster that has the whole of its log, committed or not. A
 * node can't tell whether an entry that it holds was committed without its knowing, so it keeps them all; what it does
 * not hold is lost to the new cluster, whoever was told of it. Whether the old quorum is really gone is not for the
 * core to know.
 *
 * Every configuration that the log still holds is replaced by the new one, so that nobody who gets this log ever meets
 * the old cluster in it. All of that is one persist request: a crash leaves the old cluster or the new one.
 */
export function recover(state: CoreState, order: RecoveryOrder): RecoverOutcome {
  const refusal = refusalOf(state, order.at);
  if (refusal !== null) return { accepted: false, reason: refusal };
  const current = state.configurations.current;
  const own = current?.configuration.nodes.find((node) => node.id === state.id);
  invariant(
    current !== null && own !== undefined,
    () => `${state.id} is not a node of its own configuration`,
  );

  const configuration = configurationOf(current.configuration, own, order);
  state.becomeFollower(state.term + 1, null, 'goes on alone, as a new cluster');
  state.outbox.dropAll();
  state.log.replaceConfigurations(configuration);
  state.configurations.replaceAll(configuration);
  const { base } = state.log;
  state.durability.logRewritten(base.index === 0 ? null : { ...base, configuration });
  append(state, { kind: 'configuration', configuration });
  for (const data of order.commands) append(state, { kind: 'command', data });
  startElection(state, false, 'goes on alone, as a new cluster');
  return { accepted: true, configuration, lastIndex: state.log.lastIndex };
}

function refusalOf(
  state: CoreState,
  at: LogPosition,
): Exclude<RecoverOutcome, { accepted: true }>['reason'] | null {
  const { configurations, log } = state;
  const isNode = configurations.current?.configuration.nodes.some((node) => node.id === state.id) ?? false;
  if (!isNode || state.wasToldOfRemoval) return 'NotInCluster';
  if (log.lastIndex !== at.index || log.lastTerm !== at.term) return 'LogDiffers';
  if (state.hasLiveLeader) return 'LiveLeader';
  return state.durability.isSnapshotPending ? 'SnapshotPending' : null;
}

function configurationOf(
  before: Configuration,
  own: ClusterNode,
  { at, clusterId }: RecoveryOrder,
): Configuration {
  return {
    clusterId,
    nodes: [{ ...own, role: 'member' }],
    outgoingMembers: [],
    lastTag: before.lastTag,
    recovery: {
      epoch: (before.recovery?.epoch ?? 0) + 1,
      fromClusterId: before.clusterId,
      index: at.index,
      term: at.term,
    },
  };
}

type Content =
  | { readonly kind: 'configuration'; readonly configuration: Configuration }
  | { readonly kind: 'command'; readonly data: Uint8Array };

function append(state: CoreState, content: Content): void {
  const entry: Entry = { ...content, index: state.log.lastIndex + 1, term: state.term };
  state.log.append(entry);
  state.adoptConfiguration(entry);
}
