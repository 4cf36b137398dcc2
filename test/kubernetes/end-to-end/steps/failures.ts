import { waitUntil } from '../../../processes/harness/wait-until.ts';
import { isReady } from '../agreement.ts';
import { FAILURE_PAUSE_MS_MAX, ORDERLY_PAUSE_MS_MAX } from '../limits.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** The least that `selfHealing.lostNodeAfter` may be, in milliseconds. */
const LOST_AFTER_MS = 5 * 60_000;

/** Waits until the nodes that answer know another leader. */
async function waitForOtherLeader(stage: Stage, former: string): Promise<void> {
  await waitUntil(
    'another leader',
    async () => {
      const { topologies } = await stage.facts();
      return [...topologies].some(
        ([pod, answer]) => pod !== former && answer?.Leader != null && stage.podOf(answer.Leader) !== former,
      );
    },
    60_000,
  );
}

export const DELETE_LEADER: Step = {
  name: 'kubectl delete pod of the leader',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  async run(stage) {
    const leader = await stage.leader();
    await stage.kubectl('delete', 'pod', leader.metadata.name);
    await stage.settle();
  },
};

export const DRAIN: Step = {
  name: 'kubectl drain of the machine of the leader, and uncordon',
  pauseMsMax: ORDERLY_PAUSE_MS_MAX,
  async run(stage) {
    const machine = stage.machineOf(await stage.leader());
    const options = ['--ignore-daemonsets', '--delete-emptydir-data', '--timeout=180s'];
    await stage.kubernetes.kubectl(['drain', machine.name, ...options], { timeoutMs: 200_000 });
    await stage.requireProgress();
    await stage.kubernetes.kubectl(['uncordon', machine.name]);
    await stage.settle();
  },
};

export const POWER_LOSS: Step = {
  name: 'power loss of the machine that the client writes to, and its return',
  pauseMsMax: FAILURE_PAUSE_MS_MAX,
  async run(stage) {
    const victim = await stage.favourite();
    const machine = stage.machineOf(victim);
    await machine.powerOff();
    await waitForOtherLeader(stage, victim.metadata.name);
    await stage.kubernetes.waitForMachine(machine, 'not ready');
    await stage.requireProgress();
    await machine.powerOn();
    await stage.kubernetes.waitForMachine(machine, 'ready');
    await stage.settle();
  },
};

export const PARTITION: Step = {
  name: 'the cable of the leader’s machine cut until Kubernetes gives it up, and mended',
  pauseMsMax: FAILURE_PAUSE_MS_MAX,
  async run(stage) {
    const leader = await stage.leader();
    const machine = stage.machineOf(leader);
    await machine.cutCable();
    try {
      await waitForOtherLeader(stage, leader.metadata.name);
      await stage.kubernetes.waitForMachine(machine, 'not ready');
      await stage.requireProgress();
    } finally {
      await machine.mendCable();
    }
    await stage.settle();
  },
};

export const FREEZE: Step = {
  name: 'the machine that the client writes to frozen until Kubernetes gives it up, and thawed',
  pauseMsMax: FAILURE_PAUSE_MS_MAX,
  async run(stage) {
    const victim = await stage.favourite();
    const machine = stage.machineOf(victim);
    await machine.freeze();
    try {
      await waitForOtherLeader(stage, victim.metadata.name);
      await stage.kubernetes.waitForMachine(machine, 'not ready');
      await stage.requireProgress();
    } finally {
      await machine.thaw();
    }
    await stage.settle();
  },
};

export const REPLACE_LOST: Step = {
  name: 'power loss for good with selfHealing.lostNode Replace: an empty node takes the place; the machine returns',
  pauseMsMax: FAILURE_PAUSE_MS_MAX,
  async run(stage) {
    await stage.patch({ spec: { selfHealing: { lostNode: 'Replace', lostNodeAfter: '5m' } } });
    const victim = await stage.favourite();
    const machine = stage.machineOf(victim);
    await machine.powerOff();
    await stage.kubernetes.waitForMachine(machine, 'not ready');
    await stage.kubernetes.backdateSilence(machine, LOST_AFTER_MS);
    await waitUntil(
      'an empty node in its place, on another machine',
      async () => {
        const { pods } = await stage.facts();
        const now = pods.find(({ metadata }) => metadata.name === victim.metadata.name);
        const isElsewhere = now?.spec.nodeName !== undefined && now.spec.nodeName !== machine.name;
        return isElsewhere && isReady(now);
      },
      300_000,
    );
    await stage.settle();
    await stage.checkCopies();
    await machine.powerOn();
    await stage.kubernetes.waitForMachine(machine, 'ready');
    await stage.patch({ spec: { selfHealing: { lostNode: 'Wait' } } });
    await stage.settle();
  },
};
