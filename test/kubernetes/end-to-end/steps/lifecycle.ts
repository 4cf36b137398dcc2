import { PAUSED_ANNOTATION } from '../../../../operator/api/annotations.ts';
import { waitUntil } from '../../../processes/harness/wait-until.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import { applyDatabase, waitForDatabase } from './install.ts';

async function waitForCondition(stage: Stage, type: string, status: string): Promise<void> {
  await waitUntil(
    `${type} to be ${status}`,
    async () => {
      const { resource } = await stage.facts();
      return resource?.status?.conditions?.find((each) => each.type === type)?.status === status;
    },
    120_000,
  );
}

export const PAUSE: Step = {
  name: 'paused, nothing is done about a pod template that somebody changes; unpaused, it is',
  async run(stage) {
    await stage.patch({ metadata: { annotations: { [PAUSED_ANNOTATION]: 'true' } } });
    await waitForCondition(stage, 'Paused', 'True');
    const before = (await stage.facts()).set;
    await stage.kubectl('delete', 'poddisruptionbudget', stage.cluster);
    await stage.patch({ spec: { update: { minReadySeconds: 2 } } });
    await waitUntil(
      'the status to speak of the new spec',
      async () => {
        const { resource } = await stage.facts();
        return resource?.status?.observedGeneration === resource?.metadata.generation;
      },
      60_000,
    );
    const after = (await stage.facts()).set;
    if (before?.metadata.generation !== after?.metadata.generation) throw new Error('The set was changed');
    await stage.patch({ metadata: { annotations: { [PAUSED_ANNOTATION]: null } } });
    await waitForCondition(stage, 'Paused', 'False');
    await waitUntil(
      'the budget to be back',
      () => stage.kubectl('get', 'poddisruptionbudget', stage.cluster),
      60_000,
    );
    await stage.settle();
  },
};

export const HIBERNATE: Step = {
  name: 'hibernated: no pods, every volume kept; and woken',
  async run(stage) {
    stage.writers?.rest();
    const claims = (await stage.facts()).claims.map(({ metadata }) => metadata.uid).sort();
    await stage.patch({ spec: { hibernated: true } });
    await waitUntil(
      'the pods to be gone',
      async () => {
        const { pods, resource } = await stage.facts();
        return pods.length === 0 && resource?.status?.phase === 'Hibernated';
      },
      180_000,
    );
    const kept = (await stage.facts()).claims.map(({ metadata }) => metadata.uid).sort();
    if (kept.join() !== claims.join()) throw new Error('Volumes were lost');
    await stage.patch({ spec: { hibernated: false } });
    await stage.settle();
    stage.writers?.resume();
  },
};

export const DATABASES_COME_AND_GO: Step = {
  name: 'another RavenDatabase created, and deleted with its data',
  async run(stage) {
    await applyDatabase(stage, 'invoices');
    await waitForDatabase(stage, 'invoices');
    await stage.kubectl('delete', 'ravendatabase', 'invoices', '--timeout=120s');
    await waitUntil(
      'the database to be gone',
      async () => {
        const { databases } = await stage.facts();
        return databases?.every(({ Name }) => Name !== 'invoices');
      },
      60_000,
    );
  },
};
