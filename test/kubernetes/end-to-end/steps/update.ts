import { waitUntil } from '../../../processes/harness/wait-until.ts';
import { ORDERLY_PAUSE_MS_MAX } from '../limits.ts';
import { OTHER_IMAGE_TAG } from '../node-image.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** Every pod is another one than before, and only one was away at a time. */
async function rolled(stage: Stage, change: () => Promise<unknown>): Promise<void> {
  const uidsOf = async () => (await stage.facts()).pods.map(({ metadata }) => metadata.uid);
  const before = new Set(await uidsOf());
  await change();
  await waitUntil(
    'every pod to be replaced',
    async () => {
      const now = await uidsOf();
      return now.length === stage.expected.nodes && now.every((uid) => !before.has(uid));
    },
    300_000,
  );
  await stage.settle();
}

export const CHANGE_CONFIGURATION: Step = {
  name: 'a rolling update for a change of the configuration, the operator killed meanwhile',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  async run(stage) {
    const change = () => stage.patch({ spec: { config: { 'Databases.ConcurrentLoadTimeoutInSec': '20' } } });
    await rolled(stage, () => stage.withOperatorKilled(change));
  },
};

export const CHANGE_IMAGE: Step = {
  name: 'a rolling update to an image of another tag',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  async run(stage) {
    await rolled(stage, () => stage.patch({ spec: { image: { tag: OTHER_IMAGE_TAG } } }));
    const { pods } = await stage.facts();
    const images = new Set(pods.flatMap(({ spec }) => spec.containers.map(({ image }) => image)));
    if (![...images].every((image) => image.endsWith(`:${OTHER_IMAGE_TAG}`))) {
      throw new Error(`The images are ${[...images]}`);
    }
  },
};
