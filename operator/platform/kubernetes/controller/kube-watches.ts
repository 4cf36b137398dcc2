import { NODE } from '../api/kinds.ts';
import type { KubeClient } from '../api/kube-client.ts';
import type { KubeLog } from '../api/kube-log.ts';
import type { KubeObject } from '../api/kube-object.ts';
import type { ObjectSink } from '../api/object-cache.ts';
import { Reflector } from '../api/reflector.ts';
import type { ReflectorMetrics } from '../api/reflector-metrics.ts';
import type { KubeMirror } from '../kube-mirror.ts';
import { conditionOf, type HostObject, type KubeCondition } from '../observe/cluster-objects.ts';
import { type MirroredKind, OUR_OBJECTS } from './mirrored-kinds.ts';

export interface WatchesOptions {
  readonly mirror: KubeMirror;
  /** Where to watch; every namespace when it is empty. */
  readonly namespaces: readonly string[];
  /** The client of a namespace: every watch holds a connection, and each client has so many. */
  readonly clientOf: (namespace: string | undefined) => KubeClient;
  readonly log: KubeLog;
  readonly metrics: ReflectorMetrics | undefined;
}

/** The watches that keep the mirror true: one for each kind, and for each namespace where there is a list of them. */
export class KubeWatches {
  readonly #options: WatchesOptions;
  readonly #reflectors: Reflector[] = [];

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  /** Begins to mirror what is not mirrored yet. @returns when all of that is known */
  async follow(kinds: readonly MirroredKind[]): Promise<void> {
    const fresh = kinds
      .filter(({ kind }) => !this.#options.mirror.has(kind))
      .flatMap((kind) => this.#reflectorsOf(kind));
    this.#reflectors.push(...fresh);
    for (const reflector of fresh) reflector.start();
    await Promise.all(fresh.map((reflector) => reflector.synced));
  }

  /** Of the watch that has heard nothing for longest, in milliseconds. */
  get silentForMs(): number {
    return Math.max(0, ...this.#reflectors.map((reflector) => reflector.silentForMs));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
  }

  #reflectorsOf({ kind, isOurs }: MirroredKind): readonly Reflector[] {
    const { mirror, namespaces, clientOf, log, metrics } = this.#options;
    const cache = mirror.add(kind);
    const sink: ObjectSink<KubeObject> = kind === NODE ? new TrimmedSink(cache) : cache;
    const places = kind.namespaced && namespaces.length > 0 ? namespaces : [undefined];
    return places.map((namespace) => {
      const selection = { namespace, labelSelector: isOurs ? OUR_OBJECTS : undefined };
      return new Reflector({ client: clientOf(namespace), kind, selection, sink, log, metrics });
    });
  }
}

/** Machines as far as they matter: their objects list every image that they have, and change all the time. */
class TrimmedSink implements ObjectSink<KubeObject> {
  readonly #sink: ObjectSink<KubeObject>;

  constructor(sink: ObjectSink<KubeObject>) {
    this.#sink = sink;
  }

  replace(items: readonly KubeObject[], namespace: string | undefined): void {
    this.#sink.replace(items.map(trimmed), namespace);
  }

  set(object: KubeObject): void {
    this.#sink.set(trimmed(object));
  }

  remove(object: KubeObject): void {
    this.#sink.remove(trimmed(object));
  }
}

function trimmed(object: KubeObject): HostObject {
  const { apiVersion, kind, metadata, spec, status } = object as HostObject;
  const { name, uid, resourceVersion, labels } = metadata;
  const ready = conditionOf(status?.conditions, 'Ready');
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
    },
    spec: { unschedulable: spec?.unschedulable === true },
    ...(ready === undefined ? {} : { status: { conditions: [withoutHeartbeat(ready)] } }),
  };
}

function withoutHeartbeat({ type, status, lastTransitionTime }: KubeCondition): KubeCondition {
  return { type, status, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) };
}
