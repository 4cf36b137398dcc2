import { type CelRule, rulesAt } from '../../api/cel-rule.ts';
import type { RavenCluster, RavenClusterSpec } from '../../api/raven-cluster.ts';

const root = rulesAt<RavenCluster>([]);
const local = rulesAt<RavenClusterSpec['networking']['local']>(['spec', 'networking', 'local']);

/** What holds on this platform only: a state folder belongs to one cluster, whose nodes know each other by address. */
export const LOCAL_RULES: readonly CelRule[] = [
  root.transition(
    {
      rule: 'self.metadata.name == oldSelf.metadata.name',
      message:
        'is not the name of the cluster in the state folder: choose another folder for another cluster',
      field: ['metadata', 'name'],
    },
    (self, oldSelf) => self.metadata.name === oldSelf.metadata.name,
  ),
  local.transition(
    {
      rule: 'self == oldSelf',
      message: 'must not change: the nodes of the cluster know each other by these addresses',
    },
    (self, oldSelf) =>
      self.host === oldSelf.host && self.httpPort === oldSelf.httpPort && self.tcpPort === oldSelf.tcpPort,
  ),
];
