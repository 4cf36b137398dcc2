import type { KeyValueView } from '../../documents/key-value-view.ts';
import { afterPrefix } from '../../documents/storage-keys.ts';
import type { WriteBatch } from '../../storage/write-batch.ts';
import { REDUCED_AT_ONCE, REDUCED_GROUPS_AT_ONCE, REDUCED_WHOLE_MAX } from '../limits.ts';
import { documentKey, GROUPS, MAPPED, MAPPED_DOCUMENTS, PARTIALS } from '../store/index-columns.ts';
import { RowsAhead } from '../store/rows-ahead.ts';
import type { Turns } from '../turns.ts';
import {
  bucketOfKey,
  groupHash,
  groupPrefix,
  joinHashes,
  mappedKey,
  splitHashes,
  valueName,
  valueNameOfKey,
} from './group-keys.ts';
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
  /** JSON of what is shown of it; null: there is none. */
  readonly json: string | null;
  readonly failure?: ReducedFailure;
}

export interface ReducedFailure {
  readonly reason: string;
  /** JSON of the group's key; null where its values can't be told. */
  readonly key: string | null;
}

/** What a batch has reduced, counted in values. */
export interface ReduceWork {
  readonly attempts: number;
  readonly errors: number;
}

interface Change {
  readonly key: Buffer;
  /** Null: taken away in this batch. */
  readonly value: ReducedObject | null;
  /** There was no value of this key. */
  readonly isNew: boolean;
}

/** Which group it is: a hash, and that as hexadecimal text. */
interface GroupName {
  readonly hash: Buffer;
  readonly name: string;
}

interface Group {
  readonly hash: Buffer;
  /** By `valueName`. */
  readonly changes: Map<string, Change>;
}

/**
 * Values of a map-reduce index that become one atomic batch with what they reduce to. What the parts of a large group
 * were reduced to is remembered: a part to which values came is reduced from that and the new ones, and one that lost
 * or changed values from all of its own.
 */
export class MapReduceWriter {
  readonly #options: MapReduceWriterOptions;
  readonly #groups = new Map<string, Group>();
  #changeCount = 0;
  #attempts = 0;
  #errors = 0;
  /** By the keys of this batch. */
  readonly #names = new Map<string, GroupName>();

  /** Groups that documents gave values to. */
  readonly #ahead: RowsAhead;

  constructor(options: MapReduceWriterOptions) {
    this.#options = options;
    this.#ahead = new RowsAhead(options.view, MAPPED_DOCUMENTS, options.index);
  }

  /** These documents will be put. `isNew`: a document was never put. */
  expect(lowerIds: readonly string[], isNew: (lowerId: string) => boolean = () => false): void {
    this.#ahead.read(lowerIds, isNew);
  }

  /** Values that were reduced in this batch, what parts were reduced to among them, and those of groups that failed. */
  get work(): ReduceWork {
    return { attempts: this.#attempts, errors: this.#errors };
  }

  /**
   * Replaces what a document gives to groups. A document may come once a batch. `keys`: the groups of the outputs, where
   * the reducer was asked for them already.
   */
  put(lowerId: string, outputs: readonly ReducedObject[], keys?: readonly string[]): void {
    const { batch, index, reducer } = this.#options;
    // Before anything is changed: whoever writes groups may have erred.
    const groups = (keys ?? reducer.keysOf(outputs)).map((one) => this.#nameOf(one));
    const key = documentKey(index, lowerId);
    const stored = this.#ahead.take(lowerId, key);
    const before = stored === undefined ? NO_HASHES : splitHashes(stored);
    before.forEach((hash, output) => {
      this.#change({ hash, name: hash.toString('hex') }, lowerId, output, null, false);
    });
    outputs.forEach((output, at) => {
      const group = groups[at];
      if (group === undefined) return;
      const isNew = before[at]?.equals(group.hash) !== true;
      this.#change(group, lowerId, at, output, isNew);
    });
    if (groups.length > 0) {
      batch.put(MAPPED_DOCUMENTS, key, joinHashes(groups.map(({ hash }) => hash)));
    } else if (stored !== undefined) batch.delete(MAPPED_DOCUMENTS, key);
  }

  /** Values that will be written or deleted. */
  get changeCount(): number {
    return this.#changeCount;
  }

  /** Reduces the groups that changed, and writes everything into the batch. Nothing may be put afterwards. */
  async finish(turns: Turns): Promise<readonly ReducedGroup[]> {
    const reduced: ReducedGroup[] = [];
    let groups: Group[] = [];
    let values: (readonly ReducedObject[] | ReduceFailure)[] = [];
    let count = 0;
    const reduceThose = (): void => {
      reduced.push(...this.#reduce(groups, values));
      groups = [];
      values = [];
      count = 0;
    };
    for (const group of this.#groups.values()) {
      const own = this.#valuesOf(group);
      groups.push(group);
      values.push(own);
      count += own instanceof ReduceFailure ? 0 : own.length;
      if (count >= REDUCED_AT_ONCE || groups.length >= REDUCED_GROUPS_AT_ONCE) reduceThose();
      if (turns.isOver) await turns.next();
    }
    reduceThose();
    return reduced;
  }

  /** `values`: of each of the groups. */
  #reduce(
    groups: readonly Group[],
    values: readonly (readonly ReducedObject[] | ReduceFailure)[],
  ): readonly ReducedGroup[] {
    const { batch, index, reducer } = this.#options;
    if (groups.length === 0) return [];
    const results = reducer.reduce(values.map((one) => (one instanceof ReduceFailure ? [] : one)));
    return groups.map((group, at) => {
      for (const { key, value } of group.changes.values()) {
        if (value === null) batch.delete(MAPPED, key);
        else batch.put(MAPPED, key, Buffer.from(JSON.stringify(value)));
      }
      const own = values[at] ?? [];
      const outcome = own instanceof ReduceFailure ? own : own.length === 0 ? null : (results[at] ?? null);
      this.#count(group, own, outcome);
      const result = outcome instanceof ReduceFailure ? null : outcome;
      const key = groupPrefix(index, group.hash);
      const json = result === null ? null : JSON.stringify(reducer.shown?.(result) ?? result);
      if (json === null) batch.delete(GROUPS, key);
      else batch.put(GROUPS, key, Buffer.from(json));
      const hash = group.hash.toString('hex');
      const reduced = { hash, result, json };
      if (!(outcome instanceof ReduceFailure)) return reduced;
      const first = own instanceof ReduceFailure ? undefined : own[0];
      const [named = null] = first === undefined ? [] : reducer.keysOf([first]);
      return { ...reduced, failure: { reason: outcome.reason, key: named } };
    });
  }

  #count(
    { changes }: Group,
    values: readonly ReducedObject[] | ReduceFailure,
    outcome: ReducedObject | ReduceFailure | null,
  ): void {
    const count = values instanceof ReduceFailure ? changes.size : values.length;
    this.#attempts += count;
    if (outcome instanceof ReduceFailure) this.#errors += count;
  }

  #nameOf(key: string): GroupName {
    let group = this.#names.get(key);
    if (group === undefined) {
      const hash = groupHash(key);
      group = { hash, name: hash.toString('hex') };
      this.#names.set(key, group);
    }
    return group;
  }

  #change(
    { hash, name }: GroupName,
    lowerId: string,
    output: number,
    value: ReducedObject | null,
    isNew: boolean,
  ): void {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { hash, changes: new Map() };
      this.#groups.set(name, group);
    }
    const key = mappedKey(this.#options.index, hash, lowerId, output);
    group.changes.set(valueName(lowerId, output), { key, value, isNew });
    this.#changeCount++;
  }

  /** All values of a small group; of a large one what its parts were reduced to. */
  #valuesOf(group: Group): readonly ReducedObject[] | ReduceFailure {
    const prefix = groupPrefix(this.#options.index, group.hash);
    const known = new Map(
      Array.from(this.#scan(PARTIALS, prefix), ([key, value]) => [bucketOfKey(key), value]),
    );
    if (known.size > 0) return this.#partials(group, known);
    const rows: Buffer[] = [];
    for (const [key, value] of this.#scan(MAPPED, prefix)) {
      if (!group.changes.has(valueNameOfKey(key))) rows.push(value);
      if (rows.length > REDUCED_WHOLE_MAX) return this.#partials(group, known);
    }
    return [...rows.map(parsed), ...[...group.changes.values()].flatMap(addedValue)];
  }

  /** `known`: what parts were reduced to, by bucket; without bytes: it had no values. */
  #partials(group: Group, known: ReadonlyMap<number, Buffer>): readonly ReducedObject[] | ReduceFailure {
    const { batch, index, reducer } = this.#options;
    const keyOf = (bucket: number): Buffer => groupPrefix(index, group.hash, bucket);
    const changes = Map.groupBy(group.changes.values(), ({ key }) => bucketOfKey(key));
    const all = known.size === 0 ? this.#rowsByBucket(group) : undefined;
    const partials: ReducedObject[] = [];
    const dirty: { readonly bucket: number; readonly values: readonly ReducedObject[] }[] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const own = changes.get(bucket) ?? [];
      const before = known.get(bucket);
      if (before !== undefined && own.length === 0) {
        if (before.length > 0) partials.push(parsed(before));
        continue;
      }
      const isMore =
        before !== undefined && before.length > 0 && own.every(({ value, isNew }) => value !== null && isNew);
      const rows = isMore
        ? [parsed(before)]
        : (all?.get(bucket) ?? (all === undefined ? this.#rowsOf(group, keyOf(bucket)) : []));
      dirty.push({ bucket, values: [...rows, ...own.flatMap(addedValue)] });
    }
    const results = reducer.reduce(dirty.map(({ values }) => values));
    const failure = results.find((result) => result instanceof ReduceFailure);
    if (failure !== undefined) {
      // What they were is not what their values are any more.
      for (const { bucket } of dirty) batch.delete(PARTIALS, keyOf(bucket));
      return failure;
    }
    dirty.forEach(({ bucket, values }, at) => {
      const result = values.length === 0 ? null : ((results[at] ?? null) as ReducedObject | null);
      if (result !== null) partials.push(result);
      batch.put(PARTIALS, keyOf(bucket), result === null ? NOTHING : Buffer.from(JSON.stringify(result)));
    });
    // Nothing is left of the group.
    if (partials.length === 0)
      for (let bucket = 0; bucket < BUCKETS; bucket++) batch.delete(PARTIALS, keyOf(bucket));
    return partials;
  }

  #rowsByBucket(group: Group): ReadonlyMap<number, readonly ReducedObject[]> {
    const rows = new Map<number, ReducedObject[]>();
    for (const [key, value] of this.#scan(MAPPED, groupPrefix(this.#options.index, group.hash))) {
      if (group.changes.has(valueNameOfKey(key))) continue;
      const bucket = bucketOfKey(key);
      const own = rows.get(bucket);
      if (own === undefined) rows.set(bucket, [parsed(value)]);
      else own.push(parsed(value));
    }
    return rows;
  }

  #rowsOf(group: Group, prefix: Buffer): readonly ReducedObject[] {
    return Array.from(this.#scan(MAPPED, prefix)).flatMap(([key, value]) =>
      group.changes.has(valueNameOfKey(key)) ? [] : [parsed(value)],
    );
  }

  #scan(column: number, prefix: Buffer): Iterable<readonly [Buffer, Buffer]> {
    const end = afterPrefix(prefix);
    return this.#options.view.scan(column, { gte: prefix, ...(end === undefined ? {} : { lt: end }) });
  }
}

const BUCKETS = 256;
const NOTHING = Buffer.alloc(0);
const NO_HASHES: readonly Buffer[] = [];

function parsed(json: Buffer): ReducedObject {
  return JSON.parse(json.toString('utf8')) as ReducedObject;
}

function addedValue({ value }: Change): readonly ReducedObject[] {
  return value === null ? [] : [value];
}
