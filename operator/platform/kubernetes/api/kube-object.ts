/** Objects of the Kubernetes API as they travel: JSON, nothing added, nothing dropped. */

/** A reference from an object to the one that owns it; the garbage collector deletes what has no owner left. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** RFC 3339, as every time in the API. */
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
}

/** What every object has. Interfaces of single kinds extend it with the fields that their reader needs. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A kind and where the API server has it. */
export interface KindRef {
  /** `v1`, or `<group>/<version>`. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The name in paths. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** One object; `namespace` is given exactly when the kind is namespaced. */
export interface ObjectRef {
  readonly kind: KindRef;
  readonly namespace?: string;
  readonly name: string;
}

/** Path of the objects of a kind: in one namespace, or in all. */
export function collectionPath(kind: KindRef, namespace?: string): string {
  const base = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
  const inNamespace =
    kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${base}${inNamespace}/${kind.plural}`;
}

/** Path of one object, or of one of its subresources such as `status` and `scale`. */
export function objectPath(ref: ObjectRef, subresource?: string): string {
  if (ref.kind.namespaced && ref.namespace === undefined) {
    throw new TypeError(`${describeRef(ref)} is in no namespace, but ${ref.kind.plural} are`);
  }
  if (ref.name === '') throw new TypeError(`${describeRef(ref)} has no name: this would mean all of them`);
  const object = `${collectionPath(ref.kind, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? object : `${object}/${subresource}`;
}

/** `<namespace>/<name>`, or `<name>` without a namespace: the key of an object among those of its kind. */
export function keyOf({ metadata }: { readonly metadata: ObjectMeta }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** For messages: `StatefulSet shop/db`. */
export function describeRef(ref: ObjectRef): string {
  return `${ref.kind.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
}

/** The object itself, as a reference. */
export function refOf(kind: KindRef, { metadata }: { readonly metadata: ObjectMeta }): ObjectRef {
  return {
    kind,
    name: metadata.name,
    ...(kind.namespaced && metadata.namespace !== undefined ? { namespace: metadata.namespace } : {}),
  };
}
