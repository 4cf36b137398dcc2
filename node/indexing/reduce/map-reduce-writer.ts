import type { KeyValueView } from '../../documents/key-value-view.ts';
import { afterPrefix } from '../../documents/storage-keys.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { REDUCED_WHOLE_MAX } from '../limits.ts';
import { documentKey, GROUPS, MAPPED, MAPPED_DOCUMENTS, PARTIALS } from '../store/index-columns.ts';
import { bucketOfKey, groupHash, groupPrefix, mappedKey } from './group-keys.ts';
import { type ReducedObject, ReduceFailure, type Reducer } from './reducer.ts';

export interface MapReduceWriterOptions {
  readonly view: KeyValueView;
  readonly batch: WriteBatch;
  readonly index: number;
  readonly reducer: Reducer;
}

/** A group that is not what it was, with its result; null: it is gone, or could not be reduced. */
export interface ReducedGroup {
  /** Names the group's entry. */
  readonly hash: string;
  readonly result: ReducedObject | null;
  readonly failure?: string;
}

interface Group {
  readonly hash: Buffer;
  /** By key as latin1 text; null: taken away in this batch. */
  readonly changes: Map<string, { readonly key: Buffer; readonly json: string | null }>;
}

/**
 * Values of a map-reduce index that become one atomic batch with what they reduce to. Of a large group only the parts
 * that changed are reduced from their values; the others are remembered as they were reduced last.
 */
export class MapReduceWriter {
  readonly #options: MapReduceWriterOptions;
  readonly #groups = new Map<string, Group>();

  constructor(options: MapReduceWriterOptions) {
    this.#options = options;
  }

  /** Replaces what a document gives to groups. A document may come once a batch. */
  put(lowerId: string, outputs: readonly ReducedObject[]): void {
    const { view, batch, index, reducer } = this.#options;
    // Before anything is changed: whoever writes groups may have erred.
    const hashes = reducer.keysOf(outputs).map(groupHash);
    const key = documentKey(index, lowerId);
    const stored = view.get(MAPPED_DOCUMENTS, key);
    const before = stored === undefined ? [] : (JSON.parse(stored.toString('utf8')) as string[]);
    before.forEach((hash, output) => {
      this.#change(
        Buffer.from(hash, 'hex'),
        mappedKey(index, Buffer.from(hash, 'hex'), lowerId, output),
        null,
      );
    });
    outputs.forEach((output, at) => {
      const hash = hashes[at];
      if (hash !== undefined) this.#change(hash, mappedKey(index, hash, lowerId, at), JSON.stringify(output));
    });
    if (hashes.length > 0) {
      batch.put(
        MAPPED_DOCUMENTS,
        key,
        Buffer.from(JSON.stringify(hashes.map((hash) => hash.toString('hex')))),
      );
    } else if (stored !== undefined) batch.delete(MAPPED_DOCUMENTS, key);
  }

  /** Reduces the groups that changed, and writes everything into the batch. Nothing may be put afterwards. */
  finish(): readonly ReducedGroup[] {
    const { batch, index, reducer } = this.#options;
    const groups = [...this.#groups.values()];
    const values = groups.map((group) => this.#valuesOf(group));
    const results = reducer.reduce(values.map((one) => (one instanceof ReduceFailure ? [] : one)));
    return groups.map((group, at) => {
      for (const { key, json } of group.changes.values()) {
        if (json === null) batch.delete(MAPPED, key);
        else batch.put(MAPPED, key, Buffer.from(json));
      }
      const own = values[at] ?? [];
      const outcome = own instanceof ReduceFailure ? own : own.length === 0 ? null : (results[at] ?? null);
      const result = outcome instanceof ReduceFailure ? null : outcome;
      const key = groupPrefix(index, group.hash);
      if (result === null) batch.delete(GROUPS, key);
      else batch.put(GROUPS, key, Buffer.from(JSON.stringify(result)));
      const hash = group.hash.toString('hex');
      return outcome instanceof ReduceFailure ? { hash, result, failure: outcome.reason } : { hash, result };
    });
  }

  #change(hash: Buffer, key: Buffer, json: string | null): void {
    const name = hash.toString('hex');
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { hash, changes: new Map() };
      this.#groups.set(name, group);
    }
    group.changes.set(key.toString('latin1'), { key, json });
  }

  /** All values of a small group; of a large one what its parts were reduced to. */
  #valuesOf(group: Group): readonly ReducedObject[] | ReduceFailure {
    const { index } = this.#options;
    const rows: Buffer[] = [];
    for (const [key, value] of this.#scan(groupPrefix(index, group.hash))) {
      if (!group.changes.has(key.toString('latin1'))) rows.push(value);
      if (rows.length > REDUCED_WHOLE_MAX) return this.#partials(group);
    }
    this.#dropPartials(group);
    return [...rows.map(parsed), ...added(group)];
  }

  #partials(group: Group): readonly ReducedObject[] | ReduceFailure {
    const { view, batch, index, reducer } = this.#options;
    const changed = new Set([...group.changes.values()].map(({ key }) => bucketOfKey(key)));
    const partials: ReducedObject[] = [];
    const dirty: { readonly bucket: number; readonly values: readonly ReducedObject[] }[] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const key = groupPrefix(index, group.hash, bucket);
      const known = changed.has(bucket) ? undefined : view.get(PARTIALS, key);
      if (known !== undefined) {
        if (known.length > 0) partials.push(parsed(known));
        continue;
      }
      const rows: ReducedObject[] = [];
      for (const [row, value] of this.#scan(key)) {
        if (!group.changes.has(row.toString('latin1'))) rows.push(parsed(value));
      }
      dirty.push({ bucket, values: [...rows, ...added(group, bucket)] });
    }
    const results = reducer.reduce(dirty.map(({ values }) => values));
    const failure = results.find((result) => result instanceof ReduceFailure);
    if (failure !== undefined) return failure;
    dirty.forEach(({ bucket, values }, at) => {
      const result = values.length === 0 ? null : ((results[at] ?? null) as ReducedObject | null);
      if (result !== null) partials.push(result);
      const row = result === null ? NOTHING : Buffer.from(JSON.stringify(result));
      batch.put(PARTIALS, groupPrefix(index, group.hash, bucket), row);
    });
    return partials;
  }

  /** A group that has become small is reduced whole: what its parts were is not kept up to date any more. */
  #dropPartials(group: Group): void {
    const { view, batch, index } = this.#options;
    const prefix = groupPrefix(index, group.hash);
    const end = afterPrefix(prefix);
    for (const [key] of view.scan(PARTIALS, { gte: prefix, ...(end === undefined ? {} : { lt: end }) })) {
      batch.delete(PARTIALS, key);
    }
  }

  #scan(prefix: Buffer): Iterable<readonly [Buffer, Buffer]> {
    const end = afterPrefix(prefix);
    return this.#options.view.scan(MAPPED, { gte: prefix, ...(end === undefined ? {} : { lt: end }) });
  }
}

const BUCKETS = 256;
const NOTHING = Buffer.alloc(0);

function parsed(json: Buffer): ReducedObject {
  return JSON.parse(json.toString('utf8')) as ReducedObject;
}

/** What the batch adds to a group, or to one of its parts. */
function added({ changes }: Group, bucket?: number): readonly ReducedObject[] {
  return [...changes.values()].flatMap(({ key, json }) =>
    json === null || (bucket !== undefined && bucketOfKey(key) !== bucket)
      ? []
      : [JSON.parse(json) as ReducedObject],
  );
}
