import { randomUUID } from 'node:crypto';
import { clusterLabels } from '../../../resources/labels.ts';
import { FIELD_MANAGER, incarnationsName } from '../../../resources/names.ts';
import { CONFIG_MAP } from '../api/kinds.ts';
import { type ClusterScope, ownerOf, refIn } from '../cluster-scope.ts';
import type { ConfigMapObject } from '../memory-store.ts';

/**
 * Which ordinals must not use the data that their volumes hold. A node reads its entry before it starts: data of
 * another incarnation is set aside or deleted. The entry goes when the node joins, and must: a node that started
 * before the entry reached it would else lose, at its next start, what it has as a member.
 */
export class Incarnations {
  readonly #scope: ClusterScope;

  constructor(scope: ClusterScope) {
    this.#scope = scope;
  }

  /** Declares the data of an ordinal to be of an earlier life. An entry that is there already stays as it is. */
  async begin(ordinal: number, stale: 'Quarantine' | 'Wipe'): Promise<void> {
    const current = await this.#read();
    if (current?.data?.[ordinal] !== undefined) return;
    const entry = JSON.stringify({ incarnation: randomUUID(), stale });
    if (current === undefined) await this.#create({ [ordinal]: entry });
    else await this.#patch(current, { [ordinal]: entry });
  }

  /** The data of an ordinal is that of a member from now on, whatever it was. */
  async settle(ordinal: number): Promise<void> {
    const current = await this.#read();
    if (current?.data?.[ordinal] === undefined) return;
    await this.#patch(current, { [ordinal]: null });
  }

  #read(): Promise<ConfigMapObject | undefined> {
    const ref = refIn(this.#scope, CONFIG_MAP, incarnationsName(this.#scope.name));
    return this.#scope.reader.get<ConfigMapObject>(ref);
  }

  async #patch(current: ConfigMapObject, data: Readonly<Record<string, string | null>>): Promise<void> {
    await this.#scope.writer.mergePatch(
      refIn(this.#scope, CONFIG_MAP, incarnationsName(this.#scope.name)),
      { metadata: { resourceVersion: current.metadata.resourceVersion }, data },
      { fieldManager: FIELD_MANAGER },
    );
  }

  async #create(data: Readonly<Record<string, string>>): Promise<void> {
    const { writer, namespace, name } = this.#scope;
    await writer.create<ConfigMapObject>(
      {
        apiVersion: CONFIG_MAP.apiVersion,
        kind: CONFIG_MAP.kind,
        metadata: {
          name: incarnationsName(name),
          namespace,
          labels: clusterLabels(name),
          ownerReferences: [ownerOf(this.#scope)],
        },
        data,
      },
      { fieldManager: FIELD_MANAGER },
    );
  }
}
