import { API_GROUP } from '../../api/api-group.ts';
import type { Memory } from '../../decide/memory.ts';
import { clusterLabels } from '../../resources/labels.ts';
import { FIELD_MANAGER, MEMORY_KEY, memoryName } from '../../resources/names.ts';
import { CONFIG_MAP } from './api/kinds.ts';
import { hasReason } from './api/kube-error.ts';
import type { KubeObject, ObjectRef } from './api/kube-object.ts';
import { type ClusterScope, ownerOf, refIn } from './cluster-scope.ts';
import { LeadershipLostError } from './cluster-writer.ts';

/** Annotation on the memory: the operator that works with it. */
export const WORKING_OPERATOR_ANNOTATION = `${API_GROUP}/operator`;

export interface ConfigMapObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * The operator's memory of one cluster in a ConfigMap. Whoever takes it up writes its name on it first, and every later
 * write holds only for the version that this operator wrote last: one that lost its lease without knowing can't
 * remember anything any more, and what changes the membership is remembered before it is done.
 */
export class MemoryStore {
  readonly #scope: ClusterScope;
  readonly #operator: string;
  #version: string | undefined;

  /** @param operator this process, unlike any other */
  constructor(scope: ClusterScope, operator: string) {
    this.#scope = scope;
    this.#operator = operator;
  }

  /**
   * Takes the memory up.
   *
   * @returns `undefined` when nothing was remembered yet
   * @throws LeadershipLostError when another operator leads
   */
  async load(): Promise<Memory | undefined> {
    const found = await this.#scope.reader.get<ConfigMapObject>(this.#ref);
    await this.#scope.writer.confirmLead(`Taking up ${this.#scope.name}`);
    const taken = found === undefined ? await this.#create() : await this.#take(found);
    this.#version = taken.metadata.resourceVersion;
    return readMemory(taken.data?.[MEMORY_KEY]);
  }

  /** Durable when it resolves. @throws LeadershipLostError when somebody else wrote it since */
  async save(memory: Memory): Promise<void> {
    const { writer, name } = this.#scope;
    if (this.#version === undefined) throw new Error(`The memory of ${name} was saved before it was loaded`);
    const patch = {
      metadata: { resourceVersion: this.#version },
      data: { [MEMORY_KEY]: JSON.stringify(memory) },
    };
    try {
      const saved = await writer.mergePatch(this.#ref, patch, { fieldManager: FIELD_MANAGER });
      this.#version = saved.metadata.resourceVersion;
    } catch (error) {
      if (hasReason(error, 'Conflict')) throw new LeadershipLostError(`Remembering what to do with ${name}`);
      throw error;
    }
  }

  /** Right before something that can't be undone: the memory is still the one that this operator wrote last. */
  async confirm(): Promise<void> {
    await this.#scope.writer.confirmLead(`Working on ${this.#scope.name}`);
    const found = await this.#scope.reader.get(this.#ref);
    if (found === undefined || found.metadata.resourceVersion !== this.#version) {
      throw new LeadershipLostError(`Working on ${this.#scope.name}`);
    }
  }

  get #ref(): ObjectRef {
    return refIn(this.#scope, CONFIG_MAP, memoryName(this.#scope.name));
  }

  get #mark(): Readonly<Record<string, string>> {
    return { [WORKING_OPERATOR_ANNOTATION]: this.#operator };
  }

  #take({ metadata }: ConfigMapObject): Promise<ConfigMapObject> {
    const patch = { metadata: { resourceVersion: metadata.resourceVersion, annotations: this.#mark } };
    return this.#scope.writer.mergePatch<ConfigMapObject>(this.#ref, patch, { fieldManager: FIELD_MANAGER });
  }

  #create(): Promise<ConfigMapObject> {
    const { writer, namespace, name } = this.#scope;
    const metadata = {
      name: memoryName(name),
      namespace,
      labels: clusterLabels(name),
      annotations: this.#mark,
      ownerReferences: [ownerOf(this.#scope)],
    };
    const { apiVersion, kind } = CONFIG_MAP;
    return writer.create<ConfigMapObject>({ apiVersion, kind, metadata }, { fieldManager: FIELD_MANAGER });
  }
}

/** What nobody can read counts as forgotten, which costs patience only. */
function readMemory(text: string | undefined): Memory | undefined {
  if (text === undefined) return undefined;
  try {
    const memory = JSON.parse(text) as Partial<Memory> | null;
    return typeof memory?.passiveSinceMs === 'object' ? (memory as Memory) : undefined;
  } catch {
    return undefined;
  }
}
