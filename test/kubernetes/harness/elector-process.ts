/**
 * A process that wants to lead: `node elector-process.ts <kubeconfig> <namespace> <identity> <timing as JSON>`. Says
 * `elected <epoch>`, `act <ms since 1970>` about every 20 ms while it leads, and `lost <why>`; SIGTERM gives back.
 */

import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { LeaderElection } from '../../../operator/platform/kubernetes/api/leader-election.ts';

const ACT_INTERVAL_MS = 20;

const [kubeconfig = '', namespace = '', identity = '', timing = '{}'] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const client = KubeClient.from({ kubeconfig, userAgent: 'test' });
const election = new LeaderElection({
  client,
  namespace,
  name: 'leader',
  identity,
  onElected: (epoch) => say(`elected ${epoch}`),
  onLost: (why) => say(`lost ${why}`),
  log: { info: (line) => say(`# ${line}`), warn: (line) => say(`# ${line}`) },
  timing: JSON.parse(timing) as object,
});
const acting = setInterval(() => {
  if (election.isLeader) say(`act ${Date.now()}`);
}, ACT_INTERVAL_MS);
process.once('SIGTERM', () => {
  clearInterval(acting);
  void election
    .stop()
    .then(() => client.close())
    .then(() => say('stopped'));
});
election.start();
