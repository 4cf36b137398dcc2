/**
 * The end-to-end suite, in the network of its run (see start.ts). Arguments: the archive of the image, the folder for
 * what explains failures.
 */
import { join } from 'node:path';
import { KubernetesCluster } from '../cluster/kubernetes-cluster.ts';
import { namesOf } from '../cluster/run-names.ts';
import { ALL_STEPS } from './all-steps.ts';
import { writeDiagnostics } from './diagnostics.ts';
import { IMAGE_REPOSITORY, OTHER_IMAGE_TAG } from './node-image.ts';
import { reportOf } from './report.ts';
import { runSteps } from './run-steps.ts';
import { Stage } from './stage.ts';

/** Three machines in two zones: the least that shows what zones do. */
const ZONES = ['zone-1', 'zone-1', 'zone-2'];

const [, , archive = '', imageName = '', diagnosticsFolder = ''] = process.argv;
const names = namesOf(process.env.KUBERNETES_RUN ?? '');

const startedMs = performance.now();
const say = (text: string) =>
  console.log(`[${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s] ${text}`);

say('Starting Kubernetes: three machines in two zones');
const kubernetes = await KubernetesCluster.start({ names, zones: ZONES, images: [archive] });
const [version = ''] = imageName.split(':').slice(-1);
for (const machine of kubernetes.machines) {
  for (const tag of [version, OTHER_IMAGE_TAG]) {
    await machine.ctr('images', 'tag', '--force', imageName, `${IMAGE_REPOSITORY}:${tag}`);
  }
}
say('Kubernetes is up');

const stage = new Stage(kubernetes);
const only = process.env.KUBERNETES_STEPS?.split(',').map((each) => each.trim().toLowerCase());
const steps = ALL_STEPS.filter(
  ({ name, isNeeded }) =>
    isNeeded === true || (only?.some((part) => name.toLowerCase().includes(part)) ?? true),
);
const results = await runSteps(stage, steps, {
  onResult: ({ name, outcome, seconds, pauseMs, error }) => {
    const pause = pauseMs === undefined ? '' : `, longest pause ${(pauseMs / 1000).toFixed(1)} s`;
    say(`${outcome}: ${name} (${seconds.toFixed(1)} s${pause})${error === undefined ? '' : `\n${error}`}`);
  },
  onFailure: async (step) => {
    const folder = join(diagnosticsFolder, String(steps.indexOf(step)).padStart(2, '0'));
    say(`What may explain it is in ${await writeDiagnostics(kubernetes, stage, folder)}`);
  },
});
await stage.writers?.stop();
console.log(reportOf(results));
await kubernetes.stop();
process.exit(results.every(({ outcome }) => outcome === 'passed') ? 0 : 1);
