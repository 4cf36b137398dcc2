import { waitUntil } from '../../../processes/harness/wait-until.ts';
import { ORDERLY_PAUSE_MS_MAX } from '../limits.ts';
import type { Step } from '../step.ts';

export const GROW_VOLUMES: Step = {
  name: 'spec.storage.data.size from 1Gi to 2Gi, the operator killed meanwhile',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  operator: 'killed by the step',
  async run(stage) {
    const pods = (await stage.facts()).pods.map(({ metadata }) => metadata.uid).sort();
    await stage.withOperatorKilled(() => stage.patch({ spec: { storage: { data: { size: '2Gi' } } } }));
    await waitUntil(
      'every volume in use to have grown',
      async () => {
        const { claims, pods: now } = await stage.facts();
        const inUse = now.map(({ metadata }) => `data-${metadata.name}`);
        return claims
          .filter(({ metadata }) => inUse.includes(metadata.name))
          .every(({ status }) => status?.capacity?.storage === '2Gi');
      },
      180_000,
    );
    await waitUntil(
      'the set to ask for the new size',
      async () => {
        const path = '-o=jsonpath={.spec.volumeClaimTemplates[0].spec.resources.requests.storage}';
        return (await stage.kubectl('get', 'statefulset', stage.cluster, path)) === '2Gi';
      },
      120_000,
    );
    await stage.settle();
    const after = (await stage.facts()).pods.map(({ metadata }) => metadata.uid).sort();
    if (after.join() !== pods.join())
      throw new Error('Pods were replaced for volumes that grow while they are used');
  },
};
