import { labelSelector, MANAGED_BY } from '../../../resources/labels.ts';
import { kindKey, NODE, STORAGE_CLASS } from '../api/kinds.ts';
import type { KindRef } from '../api/kube-object.ts';
import { KINDS_OF_CLUSTERS, OPTIONAL_KINDS_OF_CLUSTERS } from '../cluster-kinds.ts';
import { RAVEN_CLUSTER_KIND, RAVEN_DATABASE_KIND } from '../resource-kinds.ts';

export interface MirroredKind {
  readonly kind: KindRef;
  /** Only objects with the label of the operator; of the others there may be any number. */
  readonly isOurs: boolean;
}

const ours = (kind: KindRef): MirroredKind => ({ kind, isOurs: true });
const anybodys = (kind: KindRef): MirroredKind => ({ kind, isOurs: false });

/** The resources themselves, and what is made for them. */
const ALWAYS: readonly MirroredKind[] = [
  ...[RAVEN_CLUSTER_KIND, RAVEN_DATABASE_KIND].map(anybodys),
  ...KINDS_OF_CLUSTERS.map(ours),
];

/** What belongs to no namespace: an operator of certain namespaces may not read it. */
const CLUSTER_WIDE: readonly MirroredKind[] = [NODE, STORAGE_CLASS].map(anybodys);

/** Kinds of others, which are there when somebody installed them. */
const OPTIONAL: readonly MirroredKind[] = OPTIONAL_KINDS_OF_CLUSTERS.map(ours);

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
