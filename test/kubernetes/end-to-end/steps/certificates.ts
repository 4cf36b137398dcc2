import { setTimeout as pause } from 'node:timers/promises';
import { CA_OVERLAP_ANNOTATION, ROTATE_CA_ANNOTATION } from '../../../../operator/api/annotations.ts';
import { waitUntil } from '../../../processes/harness/wait-until.ts';
import { readAdminIdentity, readAuthorities } from '../certificates.ts';
import { ORDERLY_PAUSE_MS_MAX } from '../limits.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** Longest a rotation may take, in milliseconds: kubelets bring each Secret to the pods in their own time, twice. */
const ROTATION_TIMEOUT_MS = 420_000;

export const ROTATE_AUTHORITY: Step = {
  name: 'another certificate authority, the operator killed meanwhile; the client follows its Secret',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  operator: 'killed by the step',
  async run(stage) {
    const fingerprints = async () =>
      (await stage.facts()).resource?.status?.certificates?.caFingerprints ?? [];
    const [old] = await fingerprints();
    const pods = (await stage.facts()).pods.map(({ metadata }) => metadata.uid).sort();
    const following = followSecret(stage);
    try {
      const annotations = { [ROTATE_CA_ANNOTATION]: 'end-to-end-test', [CA_OVERLAP_ANNOTATION]: '30s' };
      await stage.patch({ metadata: { annotations } });
      await waitUntil(
        'both authorities to be trusted',
        async () => (await fingerprints()).length === 2,
        ROTATION_TIMEOUT_MS,
      );
      await stage.killOperator();
      await waitUntil(
        'the old authority to be gone',
        async () => {
          const now = await fingerprints();
          return now.length === 1 && now[0] !== old;
        },
        ROTATION_TIMEOUT_MS,
      );
    } finally {
      await following();
    }
    await stage.settle();
    const after = (await stage.facts()).pods.map(({ metadata }) => metadata.uid).sort();
    if (after.join() !== pods.join()) throw new Error('Pods were replaced for a certificate');
  },
};

/** Takes what is in the Secret whenever it changes, as an application with a mounted Secret does. */
function followSecret(stage: Stage): () => Promise<void> {
  let isOver = false;
  let known = '';
  const following = (async () => {
    while (!isOver) {
      const { client } = stage.kubernetes;
      const text = JSON.stringify([
        await readAdminIdentity(client, stage),
        await readAuthorities(client, stage),
      ]);
      if (known !== '' && text !== known) await stage.renewAccess();
      known = text;
      await pause(1_000);
    }
  })();
  return async () => {
    isOver = true;
    await following;
  };
}
