import type { Configuration } from '../core/configuration.ts';
import type { NodeId } from '../core/entry.ts';
import { type Hello, type OwnStanding, refusalOf } from '../transport/hello.ts';
import { type NodeIdentity, writeIdentity } from './node-identity.ts';

/** This node as it shows itself to others: by its durable identity, and by the configuration that may name it. */
export class OwnIdentity {
  readonly #path: string;
  #identity: NodeIdentity;
  readonly #configuration: () => Configuration | null;

  constructor(path: string, identity: NodeIdentity, configuration: () => Configuration | null) {
    this.#path = path;
    this.#identity = identity;
    this.#configuration = configuration;
  }

  get id(): NodeId {
    return this.#identity.serverId;
  }

  /** The cluster that this node is of, or was invited into. */
  get clusterId(): string | null {
    return this.#configuration()?.clusterId ?? this.#identity.cluster?.id ?? null;
  }

  /** Tag in the configuration in force, or null. */
  get tag(): string | null {
    return this.#configuration()?.nodes.find((node) => node.id === this.id)?.tag ?? null;
  }

  /** What to present when dialling; null while there is nobody to dial. */
  presentation(): { readonly clusterId: string; readonly tag: string } | null {
    const configuration = this.#configuration();
    return configuration === null ? null : { clusterId: configuration.clusterId, tag: this.tag ?? '?' };
  }

  /** Why a connection with this hello must not be accepted, or null. */
  refusalOf(hello: Hello | null): string | null {
    const configuration = this.#configuration();
    const standing: OwnStanding = {
      serverId: this.id,
      clusterId: this.clusterId,
      isBlank: configuration === null,
      nodes: configuration?.nodes ?? [],
    };
    return refusalOf(standing, hello);
  }

  /** A node of no cluster keeps, durably, what the first hello tells it. True when it was news. */
  async adopt(hello: Hello): Promise<boolean> {
    if (this.#configuration() !== null || this.#identity.cluster?.id === hello.clusterId) return false;
    const cluster = { id: hello.clusterId, tag: hello.destinationTag };
    await writeIdentity(this.#path, { ...this.#identity, cluster });
    this.#identity = { ...this.#identity, cluster };
    return true;
  }
}
