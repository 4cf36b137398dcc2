import type { KindRef, KubeObject, ObjectRef } from './kube-object.ts';

/** What every request can be told. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the answer may take, in milliseconds, where that is less than usual. */
  readonly timeoutMs?: number;
  /** Does not wait for its turn under the client's own rate limit. */
  readonly isUrgent?: boolean;
}

export interface WriteOptions extends RequestOptions {
  /** Checks and answers as if it were done, but does nothing. */
  readonly dryRun?: boolean;
  /** `Strict`: unknown and duplicate fields are refused instead of dropped. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly fieldManager?: string;
  readonly subresource?: string | undefined;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers instead of failing with Conflict. */
  readonly force?: boolean;
  /** The object that the path names, where it is not the applied one itself: the owner of a Scale. */
  readonly target?: ObjectRef;
  /** Kind of the object, where it is none of kinds.ts. */
  readonly kind?: KindRef;
}

export interface CreateOptions extends WriteOptions {
  readonly kind?: KindRef;
}

export interface DeleteOptions extends RequestOptions {
  /** Fails with Conflict when another object has come under this name. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

export interface Selection {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Metadata only, as PartialObjectMetadata of the kind's own apiVersion and kind. */
  readonly isMetadataOnly?: boolean | undefined;
}

export interface ObjectList<T extends KubeObject = KubeObject> {
  readonly items: readonly T[];
  /** To watch from. */
  readonly resourceVersion: string;
}
