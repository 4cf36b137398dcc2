import type { EventReason } from '../../../decide/event-reasons.ts';
import type { EventRecorder } from '../api/event-recorder.ts';
import type { KubeClient } from '../api/kube-client.ts';
import type { OperatorFacts } from '../apply/desired-state.ts';
import type { Leadership } from '../cluster-writer.ts';
import type { KubeMirror } from '../kube-mirror.ts';
import type { AddressTemplate } from '../node-addresses.ts';
import type { OperatorMetrics } from './operator-metrics.ts';

/** One line an event, with what it is about as fields. */
export interface OperatorLog {
  info(message: string): void;
  warn(message: string): void;
  /** Adds fields to every line. */
  child(fields: Readonly<Record<string, string>>): OperatorLog;
}

/** What the operator has once for all of its clusters. */
export interface OperatorServices {
  readonly client: KubeClient;
  readonly mirror: KubeMirror;
  readonly leadership: Leadership;
  /** This process, unlike any other. */
  readonly identity: string;
  readonly facts: OperatorFacts;
  readonly recorder: EventRecorder<EventReason>;
  readonly metrics: OperatorMetrics;
  readonly log: OperatorLog;
  readonly addressTemplate: AddressTemplate | undefined;
  /** Domain of the Kubernetes cluster, such as `cluster.local`. */
  readonly clusterDomain: string;
  /** In place of `fetch`, to nodes without TLS. */
  readonly fetch: typeof fetch | undefined;
}
