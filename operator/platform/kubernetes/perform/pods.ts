import { nodeName } from '../../../resources/names.ts';
import { PERSISTENT_VOLUME_CLAIM, POD } from '../api/kinds.ts';
import { type ClusterScope, refIn } from '../cluster-scope.ts';
import type { ClaimObject, PodObject } from '../observe/cluster-objects.ts';

/**
 * Ends the pod that was seen, in order; the set makes a new one. One that has come in its place meanwhile stays.
 */
export async function restartPod(
  scope: ClusterScope,
  ordinal: number,
  seen: PodObject | undefined,
): Promise<void> {
  if (seen === undefined) return;
  const ref = refIn(scope, POD, nodeName(scope.name, ordinal));
  const live = await scope.reader.get<PodObject>(ref);
  const isSame = live?.metadata.uid === seen.metadata.uid;
  if (!isSame || live?.metadata.deletionTimestamp !== undefined) return;
  await scope.writer.delete(POD, seen);
}

/**
 * Gives a node up whose machine is lost: nobody there can confirm that its pod has ended. The claim goes first, since
 * the set would take it for the new pod; the API server keeps it until the pod is gone.
 */
export async function abandonPod(
  scope: ClusterScope,
  seen: { readonly pod: PodObject | undefined; readonly claim: ClaimObject | undefined },
): Promise<void> {
  if (seen.claim !== undefined) await scope.writer.delete(PERSISTENT_VOLUME_CLAIM, seen.claim);
  if (seen.pod !== undefined) await scope.writer.delete(POD, seen.pod, { gracePeriodSeconds: 0 });
}
