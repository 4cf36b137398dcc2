import { randomUUID } from 'node:crypto';
import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { errorFromValue } from '../../../node/cluster/cluster-error.ts';
import { applyCommand } from '../../../node/cluster/state/apply-command.ts';
import { identitiesIn } from '../../../node/cluster/state/identities.ts';
import { RECORDS, SERVER_CLIENT_CONFIGURATION } from '../../../node/cluster/state/state-keys.ts';
import type { StateReader } from '../../../node/cluster/state/state-transaction.ts';
import { findRecord, type StoredRecord } from '../../../node/cluster/state/stored-record.ts';
import type { ClusterServices, ClusterTopologyView } from '../../../node/http/cluster-services.ts';
import { passiveCluster } from './passive-node.ts';

const TERM = 1;

/** The cluster's state machine as a leader of one node runs it, without a log: what a command comes to is what counts here. */
export class AppliedCluster implements ClusterServices {
  readonly serverId = randomUUID();
  readonly #topologyId = randomUUID();
  readonly #url: () => string;
  readonly #values = new Map<string, unknown>();
  readonly #answers = new Map<string, { index: number; result: unknown }>();
  readonly #listeners = new Set<() => void>();
  #index = 1;

  constructor(url: () => string) {
    this.#url = url;
  }

  nodeTag = () => 'A';
  appliedIndex = () => this.#index;
  tcpAddressOf = () => undefined;
  waitForIndex = passiveCluster.waitForIndex;
  observerDecisions = passiveCluster.observerDecisions;
  bootstrap = async () => {};
  addNode = passiveCluster.addNode;
  removeNode = passiveCluster.removeNode;
  promote = passiveCluster.promote;
  demote = passiveCluster.demote;
  reelect = passiveCluster.reelect;
  forceTimeout = passiveCluster.forceTimeout;

  topology(): ClusterTopologyView {
    const self = { A: this.#url() };
    return {
      topologyId: this.#topologyId,
      allNodes: self,
      members: self,
      promotables: {},
      watchers: {},
      lastNodeId: 'A',
      etag: 1,
    };
  }

  status() {
    return {
      state: 'Leader' as const,
      leader: 'A',
      term: TERM,
      leadershipMs: 5,
      lastStateChangeReason: "Leader, I'm the only one in the cluster, so I'm the leader",
      peers: {},
    };
  }

  async submit(command: ClusterCommand, options: { readonly requestId?: string } = {}) {
    const known = options.requestId === undefined ? undefined : this.#answers.get(options.requestId);
    if (known !== undefined) return known;
    this.#index += 1;
    const position = { index: this.#index, term: TERM, timeMs: Date.now() };
    const { outcome, changes } = applyCommand(this.#state, position, completed(command));
    for (const [key, value] of changes) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
    }
    if ('error' in outcome) throw errorFromValue(outcome.error);
    const answer = { index: this.#index, result: outcome.result };
    if (options.requestId !== undefined) this.#answers.set(options.requestId, answer);
    for (const listener of this.#listeners) listener();
    return answer;
  }

  record(name: string) {
    return findRecord(this.#state, name);
  }

  records() {
    return this.#state.list(RECORDS).map(([, value]) => value as StoredRecord);
  }

  clientConfiguration() {
    const value = this.#values.get(SERVER_CLIENT_CONFIGURATION);
    return value === undefined ? null : (value as Record<string, unknown>);
  }

  identities(database: string) {
    return identitiesIn(this.#state, database);
  }

  onRecordsChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async confirmDeletion({ record }: StoredRecord, tag: string): Promise<void> {
    await this.submit({
      type: 'RemoveNodeFromDatabase',
      name: record.DatabaseName,
      node: tag,
      topologyId: record.Topology.DatabaseTopologyIdBase64,
    });
  }

  readonly #state: StateReader = {
    get: (key) => this.#values.get(key),
    list: (prefix) =>
      [...this.#values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** What a leader fills in before it proposes a command: the node, and ids that must be the same everywhere. */
function completed(command: ClusterCommand): ClusterCommand {
  if (command.type !== 'AddDatabase' || command.expectedEtag !== null) return command;
  const id = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64').slice(0, 22);
  const topology = {
    Members: ['A'],
    DatabaseTopologyIdBase64: id(),
    ClusterTransactionIdBase64: id(),
  };
  return { ...command, record: { ...command.record, Topology: topology } };
}
