import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '../../../processes/harness/wait-until.ts';
import { isReady } from '../agreement.ts';
import { ORDERLY_PAUSE_MS_MAX } from '../limits.ts';
import { OTHER_IMAGE_TAG } from '../node-image.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** Pause between two looks at the pods, in milliseconds. */
const LOOK_MS = 100;

/** Every pod is another one than before, and only one was away at a time. */
async function rolled(stage: Stage, change: () => Promise<unknown>): Promise<void> {
  const uidsOf = async () => (await stage.facts()).pods.map(({ metadata }) => metadata.uid);
  const before = new Set(await uidsOf());
  const watching = watchAway(stage);
  let mostAway = 0;
  try {
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
  } finally {
    mostAway = await watching();
  }
  if (mostAway > 1) throw new Error(`${mostAway} pods were away at the same time`);
}

/** Looks all the time how many pods are away. Gives a function that ends it and tells how many it were at most. */
function watchAway(stage: Stage): () => Promise<number> {
  let most = 0;
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      const { pods } = await stage.facts();
      most = Math.max(most, stage.expected.nodes - pods.filter(isReady).length);
      await pause(LOOK_MS);
    }
  })();
  return async () => {
    isOver = true;
    await looking;
    return most;
  };
}

export const CHANGE_CONFIGURATION: Step = {
  name: 'a rolling update for a change of the configuration, the operator killed meanwhile',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  operator: 'killed by the step',
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
