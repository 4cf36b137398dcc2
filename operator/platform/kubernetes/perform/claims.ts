import { parseQuantity } from '../../../api/quantity.ts';
import type { DataState } from '../../../decide/observed.ts';
import {
  CLUSTER_ID_ANNOTATION,
  CLUSTER_UID_LABEL,
  DATA_STATE_ANNOTATION,
} from '../../../resources/labels.ts';
import { claimName, FIELD_MANAGER, nodeName } from '../../../resources/names.ts';
import { PERSISTENT_VOLUME_CLAIM, POD } from '../api/kinds.ts';
import { type ClusterScope, refIn } from '../cluster-scope.ts';
import { dataStateOf } from '../observe/claim-view.ts';
import type { ClaimObject } from '../observe/cluster-objects.ts';

/** What the operator was about to do is not what it should do about the object that is there now. */
export class WorldChangedError extends Error {
  override readonly name = 'WorldChangedError';
}

/**
 * Notes on the claim what its data is. Fails with Conflict when another claim has come under the name.
 *
 * @param clusterId topology id of the cluster that the data belongs to, where it is known
 */
export async function markData(
  scope: ClusterScope,
  ordinal: number,
  state: Exclude<DataState, 'None'>,
  clusterId?: string,
): Promise<ClaimObject> {
  const live = await liveClaim(scope, ordinal);
  if (live === undefined) {
    throw new WorldChangedError(`The claim of ${nodeName(scope.name, ordinal)} is not there to be marked`);
  }
  if (dataStateOf(live) === state && live.metadata.labels?.[CLUSTER_UID_LABEL] === scope.uid) return live;
  return scope.writer.mergePatch<ClaimObject>(
    claimRef(scope, ordinal),
    {
      metadata: {
        uid: live.metadata.uid,
        labels: { [CLUSTER_UID_LABEL]: scope.uid },
        annotations: {
          [DATA_STATE_ANNOTATION]: state === 'Unused' ? null : state,
          ...(clusterId === undefined ? {} : { [CLUSTER_ID_ANNOTATION]: clusterId }),
        },
      },
    },
    { fieldManager: FIELD_MANAGER },
  );
}

/**
 * Deletes the claim that the decision was about, as it was then: nothing when another one, or one that is of use by
 * now, has its name.
 *
 * @throws WorldChangedError when it is not as it was seen, or its pod is there
 */
export async function deleteClaim(scope: ClusterScope, ordinal: number, seen: ClaimObject): Promise<void> {
  const live = await liveClaim(scope, ordinal);
  if (live === undefined) return;
  const name = `Claim ${scope.namespace}/${live.metadata.name}`;
  if (live.metadata.uid !== seen.metadata.uid || dataStateOf(live) !== dataStateOf(seen)) {
    throw new WorldChangedError(`${name} is not what it was when its deletion was decided`);
  }
  const pod = refIn(scope, POD, nodeName(scope.name, ordinal));
  if ((await scope.reader.get(pod)) !== undefined) throw new WorldChangedError(`${name} still has its pod`);
  const { resourceVersion } = live.metadata;
  await scope.writer.delete(PERSISTENT_VOLUME_CLAIM, live, { resourceVersion });
}

/** Asks for a larger volume; never for a smaller one. */
export async function growClaim(scope: ClusterScope, ordinal: number, size: string): Promise<void> {
  const live = await liveClaim(scope, ordinal);
  if (live === undefined) return;
  const requested = parseQuantity(live.spec?.resources?.requests?.storage ?? '') ?? 0;
  if (requested >= (parseQuantity(size) ?? 0)) return;
  await scope.writer.mergePatch(
    claimRef(scope, ordinal),
    { metadata: { uid: live.metadata.uid }, spec: { resources: { requests: { storage: size } } } },
    { fieldManager: FIELD_MANAGER },
  );
}

function claimRef(scope: ClusterScope, ordinal: number) {
  return refIn(scope, PERSISTENT_VOLUME_CLAIM, claimName(scope.name, ordinal));
}

function liveClaim(scope: ClusterScope, ordinal: number): Promise<ClaimObject | undefined> {
  return scope.reader.get<ClaimObject>(claimRef(scope, ordinal));
}
