import type { ClusterNode, Configuration } from '../rachis/core/configuration.ts';
import type { RachisNode } from '../rachis/rachis-node.ts';
import type { NodeCandidate } from './choose-nodes.ts';
import type { ClusterCommand } from './cluster-command.ts';
import { ClusterOperationError } from './cluster-error.ts';
import { type ClusterTopologyView, topologyOf } from './cluster-status.ts';
import { FIRST_COMMAND_VERSION, type NodeVersion } from './command-version.ts';
import { NO_PROPERTIES, type NodeProperties } from './node-properties.ts';
import { nodePropertiesIn, type StoredNodeProperties } from './state/node-properties.ts';
import type { StateReader } from './state/state-transaction.ts';

/** The nodes of the cluster: the membership, and what the state says of each beside it. */
export class ClusterNodes {
  readonly #rachis: RachisNode;
  readonly #state: StateReader;
  #stored: ReadonlyMap<string, StoredNodeProperties> | null = null;
  /** Asked for with every command; of the nodes of one configuration. */
  #versions: { readonly of: readonly ClusterNode[]; readonly list: readonly NodeVersion[] } | null = null;
  #publicUrlsChangedAt: number | null = null;

  constructor(rachis: RachisNode, state: StateReader) {
    this.#rachis = rachis;
    this.#state = state;
  }

  /** The state may hold other properties now. */
  stateChanged(): void {
    this.#stored = null;
    this.#versions = null;
    this.#publicUrlsChangedAt = null;
  }

  /** Raft index at which a public URL was last given, changed or taken back; 0: never. */
  get publicUrlsChangedAt(): number {
    this.#publicUrlsChangedAt ??= [...this.stored.values()].reduce(
      (latest, { urlChangedAt }) => Math.max(latest, urlChangedAt),
      0,
    );
    return this.#publicUrlsChangedAt;
  }

  /** By tag, also of nodes that left meanwhile. */
  get stored(): ReadonlyMap<string, StoredNodeProperties> {
    this.#stored ??= nodePropertiesIn(this.#state);
    return this.#stored;
  }

  propertiesOf({ tag, id }: Pick<ClusterNode, 'tag' | 'id'>): NodeProperties {
    const stored = this.stored.get(tag);
    return stored?.nodeId === id ? { zone: stored.zone, publicUrl: stored.publicUrl } : NO_PROPERTIES;
  }

  /** Every node, of the configuration in force or of another, with the version of the commands that it last told to know. */
  versions(configuration: Configuration | null = this.#rachis.configuration): readonly NodeVersion[] {
    const nodes = configuration?.nodes ?? [];
    if (this.#versions?.of !== nodes) this.#versions = { of: nodes, list: toldVersions(nodes, this.stored) };
    return this.#versions.list;
  }

  topology(): ClusterTopologyView {
    return topologyOf(this.#rachis.status(), (node) => this.propertiesOf(node), this.publicUrlsChangedAt);
  }

  byTag(tag: string): ClusterNode | undefined {
    return this.#nodes.find((node) => node.tag === tag);
  }

  /** Every node with its zone, as far as that is known. */
  zones(): readonly { readonly tag: string; readonly zone?: string }[] {
    return this.#nodes.map((node) => this.#withZone(node));
  }

  /** Who could take a copy, as a leader sees it: whom it has no connection to is named as such. */
  candidates(): readonly NodeCandidate[] {
    const connected = new Set(
      this.#rachis
        .status()
        .peers.filter((peer) => peer.isConnected)
        .map((peer) => peer.node.id),
    );
    return this.#nodes.map((node) => ({
      ...this.#withZone(node),
      isConnected: node.id === this.#rachis.id || connected.has(node.id),
    }));
  }

  /**
   * Nodes that a command names must be nodes of the cluster; the state machine itself does not know them. Throws
   * ClusterOperationError.
   */
  checkNamed(command: ClusterCommand): void {
    const stranger = namedNodes(command).find((tag) => this.byTag(tag) === undefined);
    if (stranger === undefined) return;
    const tags = this.#nodes.map((node) => node.tag).join(', ');
    throw new ClusterOperationError(`There is no node ${stranger} in the cluster; its nodes are ${tags}.`);
  }

  get #nodes(): readonly ClusterNode[] {
    return this.#rachis.configuration?.nodes ?? [];
  }

  #withZone(node: ClusterNode): { readonly tag: string; readonly zone?: string } {
    const { zone } = this.propertiesOf(node);
    return { tag: node.tag, ...(zone === null ? {} : { zone }) };
  }
}

/** What is stored of the nodes of a membership, whoever had their tags before. */
export function toldVersions(
  nodes: readonly Pick<ClusterNode, 'tag' | 'id'>[],
  stored: ReadonlyMap<string, StoredNodeProperties>,
): readonly NodeVersion[] {
  return nodes.map(({ tag, id }) => {
    const known = stored.get(tag);
    const told = known?.nodeId === id ? known.commandVersion : undefined;
    return { tag, version: told ?? FIRST_COMMAND_VERSION, hasTold: told !== undefined };
  });
}

function namedNodes(command: ClusterCommand): readonly string[] {
  if (command.type === 'AddDatabaseNode') return command.node === undefined ? [] : [command.node];
  if (command.type !== 'AddDatabase' || command.expectedEtag !== null) return [];
  const topology = command.record.Topology as { readonly Members?: readonly string[] } | null | undefined;
  return (topology?.Members ?? []).filter((tag) => tag !== '?');
}
