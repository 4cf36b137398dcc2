import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { applyCommand } from '../../../node/cluster/state/apply-command.ts';
import { ClusterState } from '../../../node/cluster/state/cluster-state.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';

/** The state machine with its state in a map, applying as a node would. */
export class Machine {
  readonly reader = new ClusterState();
  index = 0;
  /** Clock of the commands; null: it goes on by a millisecond with each. */
  clockMs: number | null = null;

  apply(command: ClusterCommand): unknown {
    const position = { index: ++this.index, term: 1, timeMs: this.clockMs ?? 1_700_000_000_000 + this.index };
    const { outcome, changes } = applyCommand(this.reader, position, command);
    this.reader.apply(changes);
    return 'error' in outcome ? outcome.error.name : outcome.result;
  }

  create(name: string, ...members: string[]): unknown {
    const Topology = {
      Members: members,
      ReplicationFactor: members.length,
      DatabaseTopologyIdBase64: `group-${name}`,
    };
    return this.apply({ type: 'AddDatabase', record: { DatabaseName: name, Topology }, expectedEtag: null });
  }

  /** Deletes a database that node A alone has a copy of. */
  drop(name: string): void {
    this.apply({ type: 'DeleteDatabase', names: [name], hardDelete: true, fromNodes: null });
    this.apply({ type: 'RemoveNodeFromDatabase', name, node: 'A', topologyId: `group-${name}` });
  }

  record(name: string) {
    return findRecord(this.reader, name);
  }

  get image(): string {
    return JSON.stringify([...this.reader.snapshot()].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
