import { parseQuantity } from '../../../api/quantity.ts';
import { APPLIED_HASH_ANNOTATION, labelSelector, selectorLabels } from '../../../resources/labels.ts';
import { ordinalOfPod, SCALE_FIELD_MANAGER } from '../../../resources/names.ts';
import { POD, STATEFUL_SET } from '../api/kinds.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { type ClusterScope, refIn } from '../cluster-scope.ts';
import type { ClusterObjects, PodObject, StatefulSetObject } from '../observe/cluster-objects.ts';
import { ownReplicas } from '../perform/scale.ts';
import { foreignBecause } from './foreign-object.ts';
import type { ApplyProblem, ObjectApplier } from './object-applier.ts';

/** The set as it is wanted: everything but `replicas`, and with the claim template that it has now. */
export type WantedSet = KubeObject & { readonly spec?: Readonly<Record<string, unknown>> };

/**
 * Applies the StatefulSet. Its size belongs to a manager of its own from the first moment on, so that no template can
 * ever change how many nodes there are; and a set that is made while its pods are there is made as large as they need.
 */
export async function applyStatefulSet(
  scope: ClusterScope,
  applier: ObjectApplier,
  wanted: WantedSet,
  seen: StatefulSetObject | undefined,
  nowMs: number,
): Promise<ApplyProblem | undefined> {
  const ref = refIn(scope, STATEFUL_SET, wanted.metadata.name);
  const found = seen ?? (await scope.reader.get<StatefulSetObject>(ref));
  // On its way out, to be made anew: what is written now would go with it.
  if (found?.metadata.deletionTimestamp !== undefined) return undefined;
  if (found === undefined) {
    const problem = await applier.apply(await firstSet(scope, wanted), undefined, nowMs);
    if (problem !== undefined) return problem;
  }
  const isForeign = found !== undefined && foreignBecause(found, scope) !== undefined;
  if (found === undefined || (!isForeign && !ownsReplicas(found))) await ownReplicas(scope);
  return applier.apply(wanted, found, nowMs);
}

/** With a hash of its own, so that the next look applies what is wanted, should this be the last write. */
async function firstSet(scope: ClusterScope, wanted: WantedSet): Promise<WantedSet> {
  const { items } = await scope.reader.list<PodObject>(POD, {
    namespace: scope.namespace,
    labelSelector: labelSelector(selectorLabels(scope.name)),
  });
  const ordinals = items
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map((pod) => ordinalOfPod(scope.name, pod.metadata.name) ?? -1);
  const replicas = Math.max(-1, ...ordinals) + 1;
  const { annotations } = wanted.metadata;
  const hash = `first-${annotations?.[APPLIED_HASH_ANNOTATION] ?? ''}`;
  const metadata = { ...wanted.metadata, annotations: { ...annotations, [APPLIED_HASH_ANNOTATION]: hash } };
  return { ...wanted, metadata, spec: { ...wanted.spec, replicas } };
}

function ownsReplicas({ metadata }: StatefulSetObject): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, operation }) => manager === SCALE_FIELD_MANAGER && operation === 'Apply',
  );
}

/**
 * Nobody may change the claim template of a set, so a larger one needs a new set. Only when every volume has grown: a
 * set that is away makes no pods, and what it waits for may take long.
 */
export function mustBeMadeAnew({ statefulSet, claims }: ClusterObjects, wantedSize: string): boolean {
  const wantedBytes = parseQuantity(wantedSize) ?? 0;
  const template = statefulSet?.spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.storage;
  if (template === undefined || (parseQuantity(template) ?? 0) >= wantedBytes) return false;
  const replicas = statefulSet?.spec?.replicas ?? 0;
  const inUse = [...claims].filter(([ordinal]) => ordinal < replicas);
  return inUse.every(([, claim]) => {
    const capacity = parseQuantity(claim.status?.capacity?.storage ?? '') ?? 0;
    return capacity >= wantedBytes;
  });
}

/** Removes the set and leaves its pods and claims; the next look makes it again, and it takes them over. */
export async function removeToMakeAnew(scope: ClusterScope, seen: StatefulSetObject): Promise<void> {
  await scope.writer.delete(STATEFUL_SET, seen, { propagationPolicy: 'Orphan' });
}

/** Its controller has seen what was written last, and its status speaks of that. */
export function isTakenUp({ metadata, status }: StatefulSetObject): boolean {
  return status?.observedGeneration === metadata.generation;
}

/** Pods that belong to no set, or to one that is no more: nobody would replace them. */
export function unadoptedPods({ statefulSet, pods }: ClusterObjects): readonly string[] {
  if (statefulSet === undefined || statefulSet.metadata.deletionTimestamp !== undefined) return [];
  if (!isTakenUp(statefulSet)) return [];
  return [...pods.values()]
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .filter(
      ({ metadata }) => !(metadata.ownerReferences ?? []).some(({ uid }) => uid === statefulSet.metadata.uid),
    )
    .map((pod) => pod.metadata.name);
}
