import { kindKey, knownKind } from './api/kinds.ts';
import type { KubeClient } from './api/kube-client.ts';
import { type KindRef, type KubeObject, keyOf, type ObjectRef, refOf } from './api/kube-object.ts';
import type { OwnWrites } from './api/own-writes.ts';
import type { ApplyOptions, CreateOptions, DeleteOptions, WriteOptions } from './api/request-options.ts';

type DeletionOptions = Omit<DeleteOptions, 'uid'>;

/** Another operator has taken over: what this one decided must not be done any more. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';

  constructor(what: string) {
    super(`${what}: another operator leads now; this one stops here`);
  }
}

/** The lead among the operators. */
export interface Leadership {
  /** As this one knows it at this very moment, by its own clock. */
  readonly isHeld: boolean;
  /** As the API server knows it. */
  confirm(): Promise<boolean>;
}

/**
 * The only way in which a cluster's objects are written: while this operator leads, and so that later looks know which
 * writes the caches do not show yet.
 */
export class ClusterWriter {
  readonly #client: KubeClient;
  readonly #writes: OwnWrites;
  readonly #leadership: Leadership;

  constructor(options: {
    readonly client: KubeClient;
    readonly writes: OwnWrites;
    readonly leadership: Leadership;
  }) {
    this.#client = options.client;
    this.#writes = options.writes;
    this.#leadership = options.leadership;
  }

  async apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<T> {
    const kind = options.kind ?? requireKind(object);
    this.#requireLead('apply', kind, object.metadata.name);
    return this.#wrote(kind, await this.#client.apply(object, options));
  }

  async mergePatch<T extends KubeObject = KubeObject>(
    ref: ObjectRef,
    patch: Readonly<Record<string, unknown>>,
    options: WriteOptions,
  ): Promise<T> {
    this.#requireLead('patch', ref.kind, ref.name);
    return this.#wrote(ref.kind, await this.#client.mergePatch<T>(ref, patch, options));
  }

  async create<T extends KubeObject>(object: T, options: CreateOptions = {}): Promise<T> {
    const kind = options.kind ?? requireKind(object);
    this.#requireLead('create', kind, object.metadata.name);
    const created = await this.#client.create(object, options);
    // What was only tried out will never be shown by a watch.
    return options.dryRun === true ? created : this.#wrote(kind, created);
  }

  /**
   * Deletes the very object that was seen; another one that has come under its name stays.
   *
   * @throws KubeError Conflict when it is another one
   */
  async delete(kind: KindRef, seen: KubeObject, options: DeletionOptions = {}): Promise<void> {
    const { uid } = seen.metadata;
    if (uid === undefined) throw new TypeError(`${kind.kind} ${keyOf(seen)} was never seen: it has no UID`);
    this.#requireLead('delete', kind, seen.metadata.name);
    await this.#client.delete(refOf(kind, seen), { ...options, uid });
    this.#writes.deleted(kind, keyOf(seen), uid);
  }

  /** Before something that must not happen twice: a process that was frozen has a clock that knows nothing of it. */
  async confirmLead(what: string): Promise<void> {
    this.requireLead(what);
    if (!(await this.#leadership.confirm())) throw new LeadershipLostError(what);
  }

  /** @throws LeadershipLostError */
  requireLead(what: string): void {
    if (!this.#leadership.isHeld) throw new LeadershipLostError(what);
  }

  #requireLead(verb: string, { kind }: KindRef, name: string): void {
    this.requireLead(`${verb} ${kind} ${name}`);
  }

  #wrote<T extends KubeObject>(kind: KindRef, object: T): T {
    this.#writes.wrote(kind, object);
    return object;
  }
}

function requireKind(object: KubeObject): KindRef {
  const kind = knownKind(object);
  if (kind === undefined) throw new TypeError(`${kindKey(object)} ${keyOf(object)} is of no known kind`);
  return kind;
}
