import { Counter, Gauge, type Registry } from 'prom-client';
import type { RavenCluster } from '../../../api/raven-cluster.ts';
import type { Action } from '../../../decide/action.ts';

/** How the work of the operator is going. Requests, watches and the queue have metrics of their own. */
export class OperatorMetrics {
  readonly #passes: Counter<'result'>;
  readonly #actions: Counter<'type' | 'result'>;
  readonly #drift: Counter<'kind'>;
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
    const registers = [registry];
    this.#passes = new Counter({
      name: 'ravencluster_operator_reconciles_total',
      help: 'Looks at a cluster by what came of them: Rest (nothing to do), Busy (more to do soon), Failed.',
      labelNames: ['result'],
      registers,
    });
    this.#actions = new Counter({
      name: 'ravencluster_operator_actions_total',
      help: 'Things done to clusters, by type and by whether that worked.',
      labelNames: ['type', 'result'],
      registers,
    });
    this.#drift = new Counter({
      name: 'ravencluster_operator_drift_corrected_total',
      help: 'Objects that somebody had changed and that were put back.',
      labelNames: ['kind'],
      registers,
    });
  }

  passed(result: 'Rest' | 'Busy' | 'Failed'): void {
    this.#passes.inc({ result });
  }

  acted(action: Action, result: 'Done' | 'Failed'): void {
    this.#actions.inc({ type: action.type, result });
  }

  corrected(kind: string): void {
    this.#drift.inc({ kind });
  }

  /** Shows how many clusters there are in each phase. */
  followClusters(clusters: () => readonly RavenCluster[]): void {
    new Gauge({
      name: 'ravencluster_operator_clusters',
      help: 'Clusters by phase.',
      labelNames: ['phase'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { status } of clusters()) this.inc({ phase: status?.phase ?? 'Pending' });
      },
    });
  }
}
