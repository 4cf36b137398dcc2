import { tagOfOrdinal } from '../../../../operator/decide/node-tag.ts';
import { waitUntil } from '../../../processes/harness/wait-until.ts';
import { ORDERLY_PAUSE_MS_MAX } from '../limits.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

async function scaleByCommand(stage: Stage, nodes: number): Promise<void> {
  await stage.kubectl('scale', 'ravencluster', stage.cluster, `--replicas=${nodes}`);
  expectNodes(stage, nodes);
}

function expectNodes(stage: Stage, nodes: number): void {
  stage.expected = { nodes, copies: Math.min(3, nodes) };
}

export const SCALE_UP: Step = {
  name: 'kubectl scale from 3 to 5',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  async run(stage) {
    await scaleByCommand(stage, 5);
    await stage.settle();
  },
};

export const SCALE_DOWN_BY_EDIT: Step = {
  name: 'an edit of spec.nodes from 5 to 3, the operator killed meanwhile',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  operator: 'killed by the step',
  async run(stage) {
    expectNodes(stage, 3);
    const watching = watchPodsAndMembership(stage);
    await stage.withOperatorKilled(() => stage.patch({ spec: { nodes: 3 } }));
    await stage.settle();
    const broken = await watching();
    if (broken.length > 0) throw new Error(broken.join('; '));
  },
};

export const SCALE_UP_BY_EDIT: Step = {
  name: 'an edit of spec.nodes from 3 to 5, the operator killed meanwhile: old volumes are set aside',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  operator: 'killed by the step',
  async run(stage) {
    expectNodes(stage, 5);
    await stage.withOperatorKilled(() => stage.patch({ spec: { nodes: 5 } }));
    await stage.settle();
    for (const ordinal of [3, 4]) {
      const pod = stage.podOf(tagOfOrdinal(ordinal));
      const folders = await stage.kubectl('exec', pod, '--', 'ls', '/var/lib/ravencluster/quarantine');
      if (folders.trim() === '') throw new Error(`${pod} has nothing in quarantine`);
    }
  },
};

export const CHANGE_OF_MIND: Step = {
  name: 'kubectl scale from 5 to 3, and before that is done to 4, and to 3',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  async run(stage) {
    await scaleByCommand(stage, 3);
    await waitUntil(
      'the first node to leave',
      async () => ((await stage.facts()).set?.spec.replicas ?? 5) < 5,
      180_000,
    );
    await scaleByCommand(stage, 4);
    await stage.settle();
    await scaleByCommand(stage, 3);
    await stage.settle();
  },
};

/**
 * Looks all the time whether a pod is away whose node the membership still has. Gives a function that ends it and tells
 * what was seen.
 */
function watchPodsAndMembership(stage: Stage): () => Promise<readonly string[]> {
  const seen = new Set<string>();
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      const { set, topologies } = await stage.facts();
      const replicas = set?.spec.replicas ?? Number.POSITIVE_INFINITY;
      for (const answer of topologies.values()) {
        const { Members = {}, Watchers = {} } = answer?.Topology ?? {};
        // What the leader knows counts: others may hear of it later.
        if (answer?.CurrentState !== 'Leader') continue;
        const count = Object.keys({ ...Members, ...Watchers }).length;
        if (count > replicas) seen.add(`${replicas} replicas while ${count} nodes are members`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return async () => {
    isOver = true;
    await looking;
    return [...seen];
  };
}
