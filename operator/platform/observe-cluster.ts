import { ordinalOfTag } from '../decide/node-tag.ts';
import type {
  DatabaseWish,
  NodeAnswer,
  NodeProperties,
  Observed,
  ObservedDatabase,
  ObservedNode,
  ObservedTopology,
  RachisState,
} from '../decide/observed.ts';
import type {
  ClusterAdminClient,
  ClusterTopologyReply,
  DatabaseReply,
  NodeInfoReply,
} from './cluster-admin-client.ts';
import { SETTINGS_READS_MAX } from './limits.ts';
import type { Platform, PlatformNode } from './platform.ts';

/**
 * One look at everything: what the platform runs, what each node says of itself, which databases there are, what
 * people want them to be.
 */
export async function observeCluster(
  platform: Platform,
  admin: ClusterAdminClient,
  nowMs: number,
): Promise<Observed> {
  const [nodes, wishes] = await Promise.all([
    platform.nodes().then((known) => Promise.all(known.map((node) => withAnswer(node, platform, admin)))),
    platform.wishes?.(),
  ]);
  const databases = await databasesOf(nodes, wishes ?? [], admin);
  return {
    nowMs,
    nodes,
    ...(platform.keepsProcesses === true ? { keepsProcesses: true } : {}),
    ...(platform.isTakingUp === true ? { isTakingUp: true } : {}),
    ...(databases === undefined ? {} : { databases }),
    ...(wishes === undefined ? {} : { wishes }),
  };
}

async function withAnswer(
  node: PlatformNode,
  platform: Platform,
  admin: ClusterAdminClient,
): Promise<ObservedNode> {
  const answer = node.process === 'Stopped' ? undefined : await answerOf(node, platform, admin);
  return answer === undefined ? node : { ...node, answer };
}

/** A silent node is an observation, not an error. */
async function answerOf(
  node: PlatformNode,
  platform: Platform,
  admin: ClusterAdminClient,
): Promise<NodeAnswer | undefined> {
  try {
    const [info, topology] = await Promise.all([admin.nodeInfo(node.url), admin.topology(node.url)]);
    return readAnswer(info, topology, (ordinal) => platform.urlOf(ordinal));
  } catch {
    return undefined;
  }
}

/** @throws TypeError when something that is not a node answered */
export function readAnswer(
  info: NodeInfoReply,
  reply: ClusterTopologyReply,
  urlOf: (ordinal: number) => string,
): NodeAnswer {
  const topology = info.TopologyId === null ? undefined : readTopology(info.TopologyId, reply, urlOf);
  const indexes = Object.values(reply.Status ?? {}).map((peer) => peer.LastMatchingIndex ?? 0);
  const newest = Math.max(0, ...indexes);
  return {
    tag: info.NodeTag,
    serverId: info.ServerId,
    state: reply.CurrentState as RachisState,
    term: reply.CurrentTerm,
    ...(reply.Leader === null ? {} : { leader: reply.Leader }),
    ...(topology === undefined ? {} : { topology }),
    ...(info.LastLogIndex === undefined ? {} : { lastIndex: info.LastLogIndex }),
    ...(info.LastLogTerm === undefined ? {} : { lastTerm: info.LastLogTerm }),
    ...(reply.NodeProperties === undefined ? {} : { properties: readProperties(reply.NodeProperties) }),
    peers: Object.fromEntries(
      Object.entries(reply.Status ?? {}).map(([tag, peer]) => [
        tag,
        {
          connected: peer.Connected === true,
          ...(peer.LastMatchingIndex === undefined ? {} : { lag: newest - peer.LastMatchingIndex }),
        },
      ]),
    ),
  };
}

function readProperties(
  reply: NonNullable<ClusterTopologyReply['NodeProperties']>,
): Readonly<Record<string, NodeProperties>> {
  return Object.fromEntries(
    Object.entries(reply).map(([tag, { Zone, PublicUrl }]) => [
      tag,
      {
        ...(Zone === undefined || Zone === null ? {} : { zone: Zone }),
        ...(PublicUrl === undefined || PublicUrl === null ? {} : { publicUrl: PublicUrl }),
      },
    ]),
  );
}

function readTopology(
  id: string,
  { Topology, NodeProperties: properties = {} }: ClusterTopologyReply,
  urlOf: (ordinal: number) => string,
): ObservedTopology {
  const all = { ...Topology.Members, ...Topology.Promotables, ...Topology.Watchers };
  const foreign = Object.entries(all).filter(([tag, shown]) => {
    const ordinal = ordinalOfTag(tag);
    // Clients are shown public addresses where there are any; a node is known by the one that its peers use.
    const url = properties[tag]?.Url ?? shown;
    return ordinal === undefined || !isSameAddress(url, urlOf(ordinal));
  });
  return {
    id,
    etag: Topology.Etag,
    members: Object.keys(Topology.Members),
    promotables: Object.keys(Topology.Promotables),
    watchers: Object.keys(Topology.Watchers),
    foreign: foreign.map(([tag]) => tag),
  };
}

function isSameAddress(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

/** The leader knows best; without one, nobody is asked, since nothing could be done about it either. */
async function databasesOf(
  nodes: readonly ObservedNode[],
  wishes: readonly DatabaseWish[],
  admin: ClusterAdminClient,
): Promise<readonly ObservedDatabase[] | undefined> {
  const [leader] = nodes
    .filter((node) => node.answer?.state === 'Leader')
    .sort((a, b) => (b.answer?.term ?? 0) - (a.answer?.term ?? 0));
  if (leader === undefined) return undefined;
  try {
    const databases = (await admin.databases(leader.url)).map(readDatabase);
    const settings = await settingsOf(databases, wishes, leader.url, admin);
    return databases.map((database) => {
      const own = settings.get(database.name);
      return own === undefined ? database : { ...database, settings: own };
    });
  } catch {
    // Not to know is told apart from "none" all the way: nothing is decided then that could cost a copy.
    return undefined;
  }
}

/** Settings are only looked at where a resource says what they should be, and of so many databases only a few a time. */
async function settingsOf(
  databases: readonly ObservedDatabase[],
  wishes: readonly DatabaseWish[],
  url: string,
  admin: ClusterAdminClient,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const wished = new Set(
    wishes
      .filter(({ spec }) => Object.keys(spec.settings).length > 0)
      .map(({ spec }) => spec.name.toLowerCase()),
  );
  const asked = inTurn(
    databases.filter(({ name }) => wished.has(name.toLowerCase())),
    SETTINGS_READS_MAX,
  );
  const found = await Promise.all(
    asked.map(
      async ({ name }): Promise<[string, Readonly<Record<string, string>>]> => [
        name,
        await admin.databaseSettings(url, name),
      ],
    ),
  );
  return new Map(found);
}

/** So many of a list, at random where there are more: over a few looks every one has its turn. */
function inTurn<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items;
  const from = Math.floor(Math.random() * items.length);
  return [...items.slice(from), ...items.slice(0, from)].slice(0, count);
}

export function readDatabase(reply: DatabaseReply): ObservedDatabase {
  const tags = (nodes: readonly { readonly NodeTag: string }[] | undefined): readonly string[] =>
    (nodes ?? []).map((node) => node.NodeTag);
  const deleting = Object.entries(reply.DeletionInProgress ?? {}).filter(([, state]) => state !== 'No');
  return {
    name: reply.Name,
    disabled: reply.Disabled === true,
    members: tags(reply.NodesTopology?.Members),
    promotables: tags(reply.NodesTopology?.Promotables),
    rehabs: tags(reply.NodesTopology?.Rehabs),
    deleting: deleting.map(([tag]) => tag),
  };
}
