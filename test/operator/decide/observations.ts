import { parseRavenCluster } from '../../../operator/api/parse-resource.ts';
import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import type { RavenDatabaseSpec } from '../../../operator/api/raven-database.ts';
import { type Decision, decide } from '../../../operator/decide/decide.ts';
import { FIRST_MEMORY, type Memory } from '../../../operator/decide/memory.ts';
import { ordinalOfTag } from '../../../operator/decide/node-tag.ts';
import type {
  DatabaseWish,
  NodeAnswer,
  NodeProperties,
  Observed,
  ObservedDatabase,
  ObservedNode,
} from '../../../operator/decide/observed.ts';

export const NOW_MS = 1_000_000;

export function cluster(spec: string, annotations?: Readonly<Record<string, string>>): RavenCluster {
  const parsed = parseRavenCluster(
    `apiVersion: ravencluster.io/v1beta1\nkind: RavenCluster\nmetadata: { name: t }\nspec: ${spec}`,
    'test',
  );
  return annotations === undefined ? parsed : { ...parsed, metadata: { ...parsed.metadata, annotations } };
}

/** A cluster as a test paints it: everybody answers but those that are down, and A leads. */
export interface Picture {
  readonly members: readonly string[];
  readonly watchers?: readonly string[];
  /** `null` for none. */
  readonly leader?: string | null;
  readonly down?: readonly string[];
  readonly outdated?: readonly string[];
  /** Of these the platform has nothing. */
  readonly vanished?: readonly string[];
  readonly databases?: readonly Partial<ObservedDatabase>[];
  /** What else the platform says of a node, by tag; a node of no membership is there as it is painted here. */
  readonly platform?: Readonly<Record<string, Partial<ObservedNode>>>;
  readonly properties?: Readonly<Record<string, NodeProperties>>;
  /** Where the logs end, by tag. */
  readonly logs?: Readonly<Record<string, readonly [term: number, index: number]>>;
  readonly wishes?: readonly DatabaseWish[];
  readonly keepsProcesses?: boolean;
  readonly nowMs?: number;
}

export function observe(picture: Picture): Observed {
  const { members, watchers = [], databases = [], wishes, nowMs = NOW_MS, leader = 'A' } = picture;
  const { platform = {}, vanished = [] } = picture;
  const painted = new Set([...members, ...watchers, ...Object.keys(platform)]);
  const tags = [...painted].filter((tag) => !vanished.includes(tag));
  const isLed = leader !== null;
  return {
    nowMs,
    ...(picture.keepsProcesses === true ? { keepsProcesses: true } : {}),
    nodes: tags.map((tag) => observeNode(tag, picture)),
    ...(isLed ? { databases: databases.map((database) => ({ ...NO_DATABASE, ...database })) } : {}),
    ...(wishes === undefined ? {} : { wishes }),
  };
}

function observeNode(tag: string, picture: Picture): ObservedNode {
  const { members, watchers = [], down = [], outdated = [], platform = {} } = picture;
  const ordinal = ordinalOfTag(tag) ?? -1;
  const isUp = !down.includes(tag) && [...members, ...watchers].includes(tag);
  return {
    ordinal,
    url: `http://127.0.0.1:${8080 + ordinal}`,
    process: isUp ? 'Running' : 'Starting',
    data: 'Used',
    failures: 0,
    isOutdated: outdated.includes(tag),
    ...(isUp ? { answer: answerOf(tag, picture) } : {}),
    ...platform[tag],
  };
}

function answerOf(tag: string, picture: Picture): NodeAnswer {
  const { members, watchers = [], leader = 'A', down = [], properties, logs } = picture;
  const topology = { id: 'c', etag: 9, members, promotables: [], watchers, foreign: [] };
  const peers = [...members, ...watchers].map((peer) => [peer, { connected: !down.includes(peer), lag: 0 }]);
  const [lastTerm, lastIndex] = logs?.[tag] ?? [];
  return {
    tag,
    serverId: tag,
    state: tag === leader ? 'Leader' : 'Follower',
    term: 2,
    topology,
    peers: tag === leader ? Object.fromEntries(peers) : {},
    ...(properties === undefined ? {} : { properties }),
    ...(lastTerm === undefined ? {} : { lastTerm }),
    ...(lastIndex === undefined ? {} : { lastIndex }),
  };
}

const NO_DATABASE: ObservedDatabase = {
  name: 'shop',
  disabled: false,
  members: [],
  promotables: [],
  rehabs: [],
  deleting: [],
};

export function stopped({ answer: _, ...node }: ObservedNode): ObservedNode {
  return { ...node, process: 'Stopped' };
}

export function wish(
  resource: string,
  spec: Partial<RavenDatabaseSpec>,
  more: Partial<DatabaseWish> = {},
): DatabaseWish {
  return {
    resource,
    spec: {
      clusterRef: { name: 't' },
      name: 'shop',
      placement: {},
      settings: {},
      disabled: false,
      reclaimPolicy: 'Retain',
      ...spec,
    },
    createdAtMs: 1,
    isDeleted: false,
    ...more,
  };
}

/** Zones by tag, as the platform says them. */
export function inZones(zones: Readonly<Record<string, string>>): Readonly<Record<string, { zone: string }>> {
  return Object.fromEntries(Object.entries(zones).map(([tag, zone]) => [tag, { zone }]));
}

export function decideOn(
  resource: RavenCluster | string,
  picture: Picture,
  memory: Partial<Memory> = {},
): Decision {
  const subject = typeof resource === 'string' ? cluster(resource) : resource;
  return decide(subject, observe(picture), { ...FIRST_MEMORY, ...memory });
}

/** Of a condition: status, reason, message. */
export function conditionOf(decision: Decision, type: string) {
  const found = decision.status.conditions?.find((condition) => condition.type === type);
  return found && { status: found.status, reason: found.reason, message: found.message };
}
