import { API_GROUP_VERSION } from '../api/api-group.ts';
import type { RavenCluster } from '../api/raven-cluster.ts';
import { hashOf } from './canonical-json.ts';
import { APPLIED_HASH_ANNOTATION, clusterLabels, type Labels } from './labels.ts';

/** An object as the operator applies it: every field that it means, and no other. */
export interface DesiredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Labels;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly OwnerOfObject[];
  };
  readonly [field: string]: unknown;
}

interface OwnerOfObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
  readonly blockOwnerDeletion: true;
}

/** An object that must not be there. */
export interface AbsentObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface ObjectHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly labels?: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Kubernetes has no cluster without a namespace; a file on a local disk may. */
export function namespaceOf({ metadata }: RavenCluster): string {
  if (metadata.namespace === undefined) throw new TypeError(`RavenCluster ${metadata.name} has no namespace`);
  return metadata.namespace;
}

/** An object of the cluster: with its labels, owned by it, and with the hash of what is applied. */
export function objectOf(
  cluster: RavenCluster,
  { apiVersion, kind, name, labels = {}, annotations = {} }: ObjectHead,
  body: Readonly<Record<string, unknown>>,
): DesiredObject {
  const metadata = {
    name,
    namespace: namespaceOf(cluster),
    labels: { ...labels, ...clusterLabels(cluster.metadata.name) },
    annotations: { ...annotations },
    ownerReferences: ownersOf(cluster),
  };
  const hash = hashOf({ metadata, body });
  return {
    apiVersion,
    kind,
    metadata: { ...metadata, annotations: { ...annotations, [APPLIED_HASH_ANNOTATION]: hash } },
    ...body,
  };
}

/** The garbage collector takes what is left when the cluster is deleted. */
export function ownersOf({ kind, metadata }: RavenCluster): readonly OwnerOfObject[] {
  if (metadata.uid === undefined) return [];
  const { name, uid } = metadata;
  return [{ apiVersion: API_GROUP_VERSION, kind, name, uid, controller: true, blockOwnerDeletion: true }];
}

/** The fields that have a value: a field that is not applied is left to others, and `null` would take it from them. */
export function present<T extends Readonly<Record<string, unknown>>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
