import { labelSelector, MANAGED_BY } from '../../../resources/labels.ts';
import {
  CERTIFICATE,
  CONFIG_MAP,
  INGRESS,
  kindKey,
  NETWORK_POLICY,
  NODE,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  POD_DISRUPTION_BUDGET,
  POD_MONITOR,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
  STATEFUL_SET,
  STORAGE_CLASS,
  TLS_ROUTE,
} from '../api/kinds.ts';
import type { KindRef } from '../api/kube-object.ts';
import { RAVEN_CLUSTER_KIND, RAVEN_DATABASE_KIND } from '../resource-kinds.ts';

export interface MirroredKind {
  readonly kind: KindRef;
  /** Only objects with the label of the operator; of the others there may be any number. */
  readonly isOurs: boolean;
}

/** The resources themselves, and what is made for them. */
const ALWAYS: readonly MirroredKind[] = [
  { kind: RAVEN_CLUSTER_KIND, isOurs: false },
  { kind: RAVEN_DATABASE_KIND, isOurs: false },
  ...[
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
  ].map((kind) => ({ kind, isOurs: true })),
];

/** What belongs to no namespace: an operator of certain namespaces may not read it. */
const CLUSTER_WIDE: readonly MirroredKind[] = [NODE, STORAGE_CLASS].map((kind) => ({ kind, isOurs: false }));

/** Kinds of others, which are there when somebody installed them. */
const OPTIONAL: readonly MirroredKind[] = [TLS_ROUTE, POD_MONITOR, CERTIFICATE].map((kind) => ({
  kind,
  isOurs: true,
}));

/** @param isClusterWide the operator works for every namespace */
export function mirroredKinds(
  served: { has(kind: string): boolean },
  isClusterWide: boolean,
): readonly MirroredKind[] {
  return [
    ...ALWAYS,
    ...(isClusterWide ? CLUSTER_WIDE : []),
    ...OPTIONAL.filter(({ kind }) => served.has(kindKey(kind))),
  ];
}

export const OUR_OBJECTS = labelSelector({ 'app.kubernetes.io/managed-by': MANAGED_BY });
