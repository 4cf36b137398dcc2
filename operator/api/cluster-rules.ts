import { type CelRule, rulesAt } from './cel-rule.ts';
import { celSeconds, parseDurationMs } from './duration.ts';
import { POD_RULES } from './pod-rules.ts';
import { parseQuantity } from './quantity.ts';
import type { RavenCluster, RavenClusterSpec } from './raven-cluster.ts';

/** Room for `-<ordinal>` and the names of Services in the 63 characters of a DNS label. */
const CLUSTER_NAME_LENGTH_MAX = 40;

/** Shortest time after which a machine may count as lost. */
const LOST_NODE_MIN = '5m';

const OWNED_KEYS: readonly string[] = [
  'serverurl',
  'serverurl.tcp',
  'publicserverurl',
  'publicserverurl.tcp',
  'datadir',
  'setup.mode',
];
const OWNED_PREFIXES: readonly string[] = ['security.certificate.', 'cluster.nodetag'];

const root = rulesAt<RavenCluster>([]);
const spec = rulesAt<RavenClusterSpec>(['spec']);
const config = rulesAt<RavenClusterSpec['config']>(['spec', 'config']);
const image = rulesAt<RavenClusterSpec['image']>(['spec', 'image']);
const data = rulesAt<RavenClusterSpec['storage']['data']>(['spec', 'storage', 'data']);
const consensus = rulesAt<RavenClusterSpec['consensus']>(['spec', 'consensus']);
const selfHealing = rulesAt<RavenClusterSpec['selfHealing']>(['spec', 'selfHealing']);
const tls = rulesAt<RavenClusterSpec['tls']>(['spec', 'tls']);
const expose = rulesAt<RavenClusterSpec['networking']['expose']>(['spec', 'networking', 'expose']);
const loadBalancer = rulesAt<NonNullable<RavenClusterSpec['networking']['expose']['loadBalancer']>>([
  'spec',
  'networking',
  'expose',
  'loadBalancer',
]);
const version = rulesAt<string>(['spec', 'version']);

const list = (keys: readonly string[]): string => `[${keys.map((key) => `'${key}'`).join(', ')}]`;
const majorMinor = (text: string): readonly [number, number] => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return [major, minor];
};

export const CLUSTER_RULES: readonly CelRule[] = [
  root.invariant(
    {
      rule: `self.metadata.name.size() <= ${CLUSTER_NAME_LENGTH_MAX}`,
      message: `must be at most ${CLUSTER_NAME_LENGTH_MAX} characters, so that the names made from it fit`,
      field: ['metadata', 'name'],
    },
    (self) => self.metadata.name.length <= CLUSTER_NAME_LENGTH_MAX,
  ),
  spec.invariant(
    {
      rule: "self.replicationFactor.mode != 'Fixed' || self.replicationFactor.target <= self.nodes",
      message: 'must be at least replicationFactor.target when replicationFactor.mode is Fixed',
      field: ['nodes'],
    },
    (self) => self.replicationFactor.mode !== 'Fixed' || self.replicationFactor.target <= self.nodes,
  ),
  spec.invariant(
    {
      rule: 'self.nodes >= self.replicationFactor.minimum',
      message: 'must be at least replicationFactor.minimum',
      field: ['nodes'],
    },
    (self) => self.nodes >= self.replicationFactor.minimum,
  ),
  spec.invariant(
    {
      rule: 'self.consensus.watchers < self.nodes',
      message: 'must be less than nodes: somebody has to vote',
      field: ['consensus', 'watchers'],
    },
    (self) => self.consensus.watchers < self.nodes,
  ),
  spec.invariant(
    {
      rule: 'self.replicationFactor.minimum <= self.replicationFactor.target',
      message: 'must be at most replicationFactor.target',
      field: ['replicationFactor', 'minimum'],
    },
    (self) => self.replicationFactor.minimum <= self.replicationFactor.target,
  ),
  spec.transition(
    {
      rule: "self.scaleDown.mode != 'Forbid' || self.nodes >= oldSelf.nodes",
      message: 'must not be lowered while scaleDown.mode is Forbid',
      field: ['nodes'],
    },
    (self, oldSelf) => self.scaleDown.mode !== 'Forbid' || self.nodes >= oldSelf.nodes,
  ),
  spec.transition(
    {
      rule: '!self.hibernated || self.nodes == oldSelf.nodes',
      message: 'must not change while the cluster is hibernated',
      field: ['nodes'],
    },
    (self, oldSelf) => !self.hibernated || self.nodes === oldSelf.nodes,
  ),
  consensus.invariant(
    { rule: 'self.maxVoters % 2 == 1', message: 'must be odd', field: ['maxVoters'] },
    (self) => self.maxVoters % 2 === 1,
  ),
  image.invariant(
    {
      rule: "!has(self.tag) || self.tag != 'latest'",
      message: 'must name a version: nobody knows what latest will be when a pod restarts',
      field: ['tag'],
    },
    (self) => self.tag !== 'latest',
  ),
  config.invariant(
    {
      rule: `self.all(key, !(key.lowerAscii() in ${list(OWNED_KEYS)}) && !${list(OWNED_PREFIXES)}.exists(prefix, key.lowerAscii().startsWith(prefix)))`,
      message: `must not hold keys that the operator sets: ${[...OWNED_KEYS, ...OWNED_PREFIXES.map((prefix) => `${prefix}*`)].join(', ')}`,
    },
    (self) =>
      Object.keys(self).every((key) => {
        const lower = key.toLowerCase();
        return !OWNED_KEYS.includes(lower) && !OWNED_PREFIXES.some((prefix) => lower.startsWith(prefix));
      }),
  ),
  data.transition(
    {
      rule: 'quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0',
      message: 'must not shrink: volumes only grow',
      field: ['size'],
    },
    (self, oldSelf) => (parseQuantity(self.size) ?? 0) >= (parseQuantity(oldSelf.size) ?? 0),
  ),
  data.transition(
    {
      rule: 'has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)',
      message: 'is immutable',
      field: ['storageClassName'],
    },
    (self, oldSelf) => self.storageClassName === oldSelf.storageClassName,
  ),
  data.transition(
    { rule: 'self.accessMode == oldSelf.accessMode', message: 'is immutable', field: ['accessMode'] },
    (self, oldSelf) => self.accessMode === oldSelf.accessMode,
  ),
  tls.invariant(
    {
      rule: "self.mode != 'CertManager' || has(self.issuerRef)",
      message: 'is required when mode is CertManager',
      field: ['issuerRef'],
    },
    (self) => self.mode !== 'CertManager' || self.issuerRef !== undefined,
  ),
  tls.invariant(
    {
      rule: "self.mode != 'Secret' || has(self.secretName)",
      message: 'is required when mode is Secret',
      field: ['secretName'],
    },
    (self) => self.mode !== 'Secret' || self.secretName !== undefined,
  ),
  tls.transition(
    {
      rule: "(oldSelf.mode == 'Disabled') == (self.mode == 'Disabled')",
      message:
        'must not turn TLS on or off: the nodes of a cluster know one another by their http or https addresses',
      field: ['mode'],
    },
    (self, oldSelf) => (oldSelf.mode === 'Disabled') === (self.mode === 'Disabled'),
  ),
  tls.invariant(
    {
      rule: `${celSeconds('self.renewBefore')} < ${celSeconds('self.duration')}`,
      message: 'must be less than duration',
      field: ['renewBefore'],
    },
    (self) => (parseDurationMs(self.renewBefore) ?? 0) < (parseDurationMs(self.duration) ?? 0),
  ),
  selfHealing.invariant(
    {
      rule: `${celSeconds('self.lostNodeAfter')} >= duration('${LOST_NODE_MIN}').getSeconds()`,
      message: `must be at least ${LOST_NODE_MIN}: Kubernetes itself needs a while to tell a dead machine from a busy one`,
      field: ['lostNodeAfter'],
    },
    (self) => (parseDurationMs(self.lostNodeAfter) ?? 0) >= (parseDurationMs(LOST_NODE_MIN) ?? 0),
  ),
  spec.invariant(
    {
      rule: "!(self.networking.expose.type in ['Ingress', 'Gateway']) || (self.tls.mode != 'Disabled' && has(self.networking.domain))",
      message:
        'needs TLS and networking.domain when it is Ingress or Gateway: routes go by the name in the TLS handshake',
      field: ['networking', 'expose', 'type'],
    },
    (self) =>
      !['Ingress', 'Gateway'].includes(self.networking.expose.type) ||
      (self.tls.mode !== 'Disabled' && self.networking.domain !== undefined),
  ),
  loadBalancer.transition(
    {
      rule: 'has(self.class) == has(oldSelf.class) && (!has(self.class) || self.class == oldSelf.class)',
      message: 'is immutable',
      field: ['class'],
    },
    (self, oldSelf) => self.class === oldSelf.class,
  ),
  expose.invariant(
    {
      rule: "(!has(self.loadBalancer) || self.type == 'LoadBalancer') && (!has(self.ingress) || self.type == 'Ingress') && (has(self.gateway) == (self.type == 'Gateway'))",
      message: 'must hold the settings of the chosen type only',
      field: ['type'],
    },
    (self) =>
      (self.loadBalancer === undefined || self.type === 'LoadBalancer') &&
      (self.ingress === undefined || self.type === 'Ingress') &&
      (self.gateway !== undefined) === (self.type === 'Gateway'),
  ),
  version.transition(
    {
      rule: "int(self.split('.')[0]) > int(oldSelf.split('.')[0]) || (int(self.split('.')[0]) == int(oldSelf.split('.')[0]) && int(self.split('.')[1]) >= int(oldSelf.split('.')[1]))",
      message: 'must not go back to an older minor version: its data format may be older',
    },
    (self, oldSelf) => {
      const [major, minor] = majorMinor(self);
      const [oldMajor, oldMinor] = majorMinor(oldSelf);
      return major > oldMajor || (major === oldMajor && minor >= oldMinor);
    },
  ),
  version.transition(
    {
      rule: "int(self.split('.')[0]) - int(oldSelf.split('.')[0]) <= 1",
      message: 'must not skip a major version',
    },
    (self, oldSelf) => majorMinor(self)[0] - majorMinor(oldSelf)[0] <= 1,
  ),
  ...POD_RULES,
];
