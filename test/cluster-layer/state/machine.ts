import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { applyCommand } from '../../../node/cluster/state/apply-command.ts';
import { StateTransaction } from '../../../node/cluster/state/state-transaction.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';

/** The state machine with its state in a map, applying as a node would. */
export class Machine {
  readonly #state = new Map<string, unknown>();
  readonly reader = new StateTransaction({
    get: (key) => this.#state.get(key),
    list: (prefix) =>
      [...this.#state].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  });
  index = 0;

  apply(command: ClusterCommand): unknown {
    const position = { index: ++this.index, term: 1, timeMs: 1_700_000_000_000 + this.index };
    const { outcome, changes } = applyCommand(this.reader, position, command);
    for (const [key, value] of changes) {
      if (value === undefined) this.#state.delete(key);
      else this.#state.set(key, value);
    }
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

  record(name: string) {
    return findRecord(this.reader, name);
  }

  get image(): string {
    return JSON.stringify([...this.#state].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
