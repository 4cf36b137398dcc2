import type { RavenCluster } from '../../api/raven-cluster.ts';
import { HTTP_PORT_NAME, nodeName, nodeUrl } from '../../resources/names.ts';
import { isSecure } from '../../resources/pod-volumes.ts';
import { publicUrl } from '../../resources/public-address.ts';
import { SERVICE } from './api/kinds.ts';
import type { KubeObject } from './api/kube-object.ts';
import type { KubeMirror } from './kube-mirror.ts';
import type { NodeAddresses } from './observe/node-view.ts';

interface ServiceObject extends KubeObject {
  readonly spec?: { readonly ports?: readonly { readonly name?: string; readonly nodePort?: number }[] };
}

/**
 * Where nodes are reached, in place of their names inside Kubernetes: for an operator that runs outside of it.
 * `{namespace}`, `{cluster}` and `{ordinal}` stand for what they say.
 */
export type AddressTemplate = string;

/** Addresses of the nodes of one cluster: by name inside Kubernetes, and by domain for clients outside. */
export class ClusterAddresses implements NodeAddresses {
  readonly #cluster: RavenCluster;
  readonly #namespace: string;
  readonly #mirror: KubeMirror;
  readonly #template: AddressTemplate | undefined;

  constructor(
    cluster: RavenCluster,
    options: { readonly namespace: string; readonly mirror: KubeMirror; readonly template?: AddressTemplate },
  ) {
    this.#cluster = cluster;
    this.#namespace = options.namespace;
    this.#mirror = options.mirror;
    this.#template = options.template;
  }

  urlOf(ordinal: number): string {
    const { name } = this.#cluster.metadata;
    if (this.#template === undefined) return nodeUrl(name, this.#namespace, ordinal, isSecure(this.#cluster));
    return this.#template
      .replaceAll('{namespace}', this.#namespace)
      .replaceAll('{cluster}', name)
      .replaceAll('{ordinal}', String(ordinal));
  }

  publicUrlOf(ordinal: number): string | undefined {
    const key = `${this.#namespace}/${nodeName(this.#cluster.metadata.name, ordinal)}`;
    const ports = this.#mirror.cache<ServiceObject>(SERVICE)?.get(key)?.spec?.ports ?? [];
    const http = ports.find(({ name }) => name === HTTP_PORT_NAME);
    return publicUrl(this.#cluster, ordinal, http?.nodePort);
  }
}
