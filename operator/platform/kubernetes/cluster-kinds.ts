import {
  CERTIFICATE,
  CONFIG_MAP,
  INGRESS,
  NETWORK_POLICY,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  POD_DISRUPTION_BUDGET,
  POD_MONITOR,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  TLS_ROUTE,
} from './api/kinds.ts';
import type { KindRef } from './api/kube-object.ts';

/** What a cluster is made of. */
export const KINDS_OF_CLUSTERS: readonly KindRef[] = [
  STATEFUL_SET,
  POD,
  PERSISTENT_VOLUME_CLAIM,
  SERVICE,
  CONFIG_MAP,
  SECRET,
  SERVICE_ACCOUNT,
  POD_DISRUPTION_BUDGET,
  NETWORK_POLICY,
  INGRESS,
];

/** The same of kinds that are there when somebody installed them. */
export const OPTIONAL_KINDS_OF_CLUSTERS: readonly KindRef[] = [TLS_ROUTE, POD_MONITOR, CERTIFICATE];
