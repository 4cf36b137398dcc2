import type { Registry } from 'prom-client';
import { type FigureMetric, registerFigures } from './figure-gauge.ts';

/** One destination of one database of this node. */
export interface ReplicationFigures {
  readonly database: string;
  readonly peer: string;
  readonly isConnected: boolean;
  /** Etags of this node that the peer has not acknowledged as durable. */
  readonly lagEtags: number;
  /** Age of the oldest write that the peer has not acknowledged, in milliseconds; 0 when there is none. */
  readonly lagMs?: number;
}

const FIGURES: readonly FigureMetric<ReplicationFigures>[] = [
  {
    name: 'ravencluster_replication_lag_etags',
    help: 'Etags that the peer has not acknowledged as durable.',
    value: (f) => f.lagEtags,
  },
  {
    name: 'ravencluster_replication_lag_seconds',
    help: 'Age of the oldest write that the peer has not acknowledged.',
    value: (f) => (f.lagMs === undefined ? undefined : f.lagMs / 1000),
  },
  {
    name: 'ravencluster_replication_connected',
    help: '1 while the connection to the peer stands.',
    value: (f) => (f.isConnected ? 1 : 0),
  },
];

export function registerReplicationMetrics(
  registry: Registry,
  read: () => Iterable<ReplicationFigures> | undefined,
): void {
  registerFigures(
    registry,
    read,
    ['database', 'peer'],
    ({ database, peer }) => ({ database, peer }),
    FIGURES,
  );
}
