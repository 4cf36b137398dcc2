import type { ClusterCommand } from '../../node/cluster/cluster-command.ts';
import { compareExchangeValues } from '../../node/cluster/compare-exchange-values.ts';
import { transactionQueue } from '../../node/cluster/transaction-queue.ts';
import type { ClusterView } from '../../node/landlord/cluster-view.ts';
import { Machine } from '../cluster-layer/state/machine.ts';

/** What node A knows of the cluster: the real commands, applied as they are told to it. */
export class Knowledge {
  machine = new Machine();
  /** How often somebody has asked for all records. */
  looks = 0;
  /** What a majority of the cluster has to say when it is asked. */
  onBarrier: () => Promise<void> = async () => {};
  /** What happens while its state is written. */
  onFlush: () => Promise<void> = async () => {};
  readonly #listeners = new Set<() => void>();

  readonly view: ClusterView = {
    nodeTag: () => 'A',
    serverId: 'node-a',
    clusterId: () => 'the-cluster',
    records: () => {
      this.looks++;
      return [this.machine.record('shop')].filter((record) => record !== undefined);
    },
    record: (name) => this.machine.record(name),
    tcpAddressOf: () => '127.0.0.1:1',
    consistent: {
      transactions: (name) => transactionQueue(this.machine.reader, name),
      onTransactions: () => () => {},
      values: (name) => compareExchangeValues(this.machine.reader, name),
      onValues: () => () => {},
      readBarrier: () => this.onBarrier(),
    },
    recordsDurable: () => this.onFlush(),
    onRecordsChanged: (listener) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
    onTopologyChanged: () => () => {},
    changeIndexes: async () => {},
    confirmDeletion: (view, tag) => this.confirm(view, tag),
  };

  apply(command: ClusterCommand): void {
    this.machine.apply(command);
    this.tell();
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** All that another one knows, at once: as by a snapshot, or by a log that is applied again. */
  become({ machine }: Knowledge): void {
    this.machine = machine;
    this.tell();
  }

  /** As the cluster hears it at once. */
  confirm: ClusterView['confirmDeletion'] = async ({ record }, node) =>
    this.apply({
      type: 'RemoveNodeFromDatabase',
      name: record.DatabaseName,
      node,
      topologyId: record.Topology.DatabaseTopologyIdBase64,
    });

  /** A group of these nodes, as it is made. */
  found(Members: readonly string[] = ['A', 'B'], group = 'g'): void {
    const Topology = { Members, DatabaseTopologyIdBase64: group.repeat(22) };
    this.apply({ type: 'AddDatabase', record: { DatabaseName: 'shop', Topology }, expectedEtag: null });
  }

  /** The cluster changes who is in the group. */
  regroup(parts: {
    Members: readonly string[];
    Rehabs?: readonly string[];
    Promotables?: readonly string[];
  }): void {
    const before = this.machine.record('shop')?.record.Topology;
    if (before === undefined) throw new Error('There is no record.');
    const topology = { ...before, Promotables: [], Rehabs: [], ...parts };
    this.apply({ type: 'UpdateTopology', name: 'shop', topology, expectedEtag: null });
  }

  delete(hardDelete: boolean): void {
    this.apply({ type: 'DeleteDatabase', names: ['shop'], hardDelete, fromNodes: null });
  }

  expire(): void {
    const expectedEtag = this.machine.record('shop')?.etag ?? 0;
    const observed = { reason: 'away for too long', round: 1 };
    this.apply({ type: 'ExpireCopy', name: 'shop', node: 'A', expectedEtag, observed });
  }
}
