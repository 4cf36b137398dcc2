import { randomBytes } from 'node:crypto';
import { chooseNodes, type NodeCandidate } from './choose-nodes.ts';
import type {
  AddDatabase,
  AddDatabaseNode,
  ClusterCommand,
  DeleteDatabase,
  RemoveNodeFromCluster,
  SetNodeProperties,
} from './cluster-command.ts';
import { GROUP_RULES_VERSION } from './command-version.ts';
import type { DatabaseTopology } from './database-record.ts';
import { holdersOf } from './state/change-topology.ts';
import { RECORDS } from './state/state-keys.ts';
import type { StateReader } from './state/state-transaction.ts';
import { findRecord, type StoredRecord } from './state/stored-record.ts';

/** What the leader knows beyond the state: who is reachable, and whose turn it is. */
export interface LeaderView {
  readonly state: StateReader;
  readonly candidates: readonly NodeCandidate[];
  /** Identity of the node with this tag. */
  nodeIdOf(tag: string): string | undefined;
  /** Lowest version of the cluster's commands that a node knows. */
  readonly commandVersion: number;
  /** Grows with the log. */
  readonly turn: number;
}

/**
 * Fills in what only the leader can decide, before the command goes into the log: there it is a plain fact, and every
 * node comes to the same state.
 */
export function decideAsLeader(command: ClusterCommand, view: () => LeaderView): ClusterCommand {
  if (command.type === 'AddDatabase') {
    return command.expectedEtag === null ? placeDatabase(command, view()) : boundFactor(command, view());
  }
  if (command.type === 'AddDatabaseNode') return withRules(placeCopy(command, view), view());
  if (command.type === 'DeleteDatabase') return withRules(command, view());
  if (command.type === 'RemoveNodeFromCluster') return ruleRemoval(command, view());
  if (command.type === 'SetNodeProperties') return identifyNode(command, view());
  return command;
}

function placeDatabase(command: AddDatabase, view: LeaderView): AddDatabase {
  const given = (command.record.Topology ?? {}) as Partial<DatabaseTopology>;
  const named = (given.Members ?? []).filter((tag) => tag !== '?');
  const wanted = Math.max(command.replicationFactor ?? given.ReplicationFactor ?? 1, 1);
  const count = Math.min(wanted, view.candidates.length);
  const members = named.length > 0 ? named : chooseFrom(view, count, []);
  const topology: Partial<DatabaseTopology> = {
    ...given,
    Members: members,
    ReplicationFactor: Math.max(members.length, 1),
    DatabaseTopologyIdBase64: given.DatabaseTopologyIdBase64 || newId(),
    ClusterTransactionIdBase64: given.ClusterTransactionIdBase64 || newId(),
  };
  return { ...command, record: { ...command.record, Topology: topology } };
}

/** A group can't have more copies than there are nodes; a larger factor is cut down, as when a database is created. */
function boundFactor(command: AddDatabase, view: LeaderView): AddDatabase {
  const given = (command.record.Topology ?? {}) as Partial<DatabaseTopology>;
  const wanted = command.replicationFactor ?? given.ReplicationFactor;
  if (typeof wanted !== 'number') return command;
  return { ...command, replicationFactor: Math.min(wanted, view.candidates.length) };
}

/** Rules that some node does not know would bring that one to another state. */
function withRules<T extends AddDatabaseNode | DeleteDatabase | RemoveNodeFromCluster>(
  command: T,
  { commandVersion }: LeaderView,
): T {
  const { rules: _, ...plain } = command;
  return (commandVersion < GROUP_RULES_VERSION ? plain : { ...plain, rules: GROUP_RULES_VERSION }) as T;
}

function placeCopy(command: AddDatabaseNode, viewed: () => LeaderView): AddDatabaseNode {
  if (command.node !== undefined) return command;
  const view = viewed();
  const topology = findRecord(view.state, command.name)?.record.Topology;
  const holders = topology === undefined ? [] : holdersOf(topology);
  const [node] = chooseFrom(view, 1, holders);
  return node === undefined ? command : { ...command, node };
}

/** What names a node that has left already goes, whatever is left without it. */
function ruleRemoval(command: RemoveNodeFromCluster, view: LeaderView): RemoveNodeFromCluster {
  return view.nodeIdOf(command.node) === undefined ? command : withRules(command, view);
}

/** The membership as the leader has it says which node it is; one that is unknown is refused when it is applied. */
function identifyNode({ nodeId: _, ...command }: SetNodeProperties, view: LeaderView): SetNodeProperties {
  const nodeId = view.nodeIdOf(command.node);
  return nodeId === undefined ? command : { ...command, nodeId };
}

function chooseFrom(view: LeaderView, count: number, staying: readonly string[]): readonly string[] {
  const { candidates, turn } = view;
  const groups = view.state.list(RECORDS).map(([, value]) => (value as StoredRecord).record.Topology);
  return chooseNodes({ candidates, groups, count, staying, turn });
}

/** A GUID as change vectors write it: 22 characters of base64. */
function newId(): string {
  return randomBytes(16).toString('base64').slice(0, 22);
}
