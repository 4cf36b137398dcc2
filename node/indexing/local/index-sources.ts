import { isDeepStrictEqual } from 'node:util';
import type { IndexField } from '../definitions/index-field.ts';
import { IndexingError } from '../indexing-error.ts';
import { FIELDS_MAX } from '../limits.ts';
import { NOTHING_STORED, type StoredValues } from '../store/index-entry.ts';
import type { EntryOutput } from '../store/index-writer.ts';
import type { FieldValues } from '../values/index-value.ts';
import {
  fieldsByName,
  type IndexSpec,
  indexFields,
  type MappedEntry,
  type SourceOptions,
} from './index-spec.ts';
import type { IndexStateRow } from './index-state.ts';

type Options = Readonly<Record<string, SourceOptions>>;

const NO_VALUES: FieldValues = [];
const NOTHING: ReadonlyMap<string, string> = new Map();

/** The sources of the values of an index, as entries bring them, and the fields that they become. */
export class IndexSources {
  readonly #spec: IndexSpec;
  #names: readonly string[] = [];
  #positions: ReadonlyMap<string, number> = new Map();
  #options: Options = {};
  #fieldList: readonly IndexField[] = [];
  #fields: ReadonlyMap<string, IndexField> = new Map();

  constructor(spec: IndexSpec, { sources, options = {} }: IndexStateRow) {
    this.#spec = spec;
    this.#set(sources, options);
  }

  /** By their numbers. */
  get fieldList(): readonly IndexField[] {
    return this.#fieldList;
  }

  /** By the names that queries use. */
  get fields(): ReadonlyMap<string, IndexField> {
    return this.#fields;
  }

  get state(): Pick<IndexStateRow, 'sources' | 'options'> {
    return { sources: this.#names, options: this.#options };
  }

  /** Stored values by the names of their sources. */
  named(stored: StoredValues): ReadonlyMap<string, string> {
    if (stored.size === 0) return NOTHING;
    return new Map([...stored].map(([source, json]) => [this.#names[source] ?? '', json]));
  }

  /**
   * The entry by the positions of its sources; those that are new get one.
   *
   * @throws IndexingError when there would be too many, or one is indexed otherwise in other documents
   */
  outputOf({ values, stored, options }: MappedEntry): EntryOutput {
    const sources = Object.keys(values);
    if (options !== undefined || !sources.every((name) => this.#positions.has(name))) {
      this.#meet(sources, options ?? {});
    }
    return {
      values: this.#names.map((name) => values[name] ?? NO_VALUES),
      stored: stored === undefined ? NOTHING_STORED : this.#kept(stored),
    };
  }

  #meet(sources: readonly string[], options: Options): void {
    const missing = sources.filter((name) => !this.#positions.has(name));
    const added = Object.entries(options).filter(
      ([name, one]) => missing.includes(name) || this.#mustFit(name, one),
    );
    if (missing.length === 0) return;
    if (this.#names.length + missing.length > FIELDS_MAX) {
      throw new IndexingError(`An index may have ${FIELDS_MAX} fields.`);
    }
    this.#set([...this.#names, ...missing], { ...this.#options, ...Object.fromEntries(added) });
  }

  #kept(stored: NonNullable<MappedEntry['stored']>): StoredValues {
    const kept = Object.entries(stored).map(
      ([name, json]) => [this.#positions.get(name) ?? -1, json] as const,
    );
    return kept.length === 0 ? NOTHING_STORED : new Map(kept);
  }

  /** Entries of before were indexed as their source said then. False: there is nothing to add. */
  #mustFit(name: string, { analysis }: SourceOptions): false {
    const before = Object.hasOwn(this.#options, name)
      ? this.#options[name]?.analysis
      : (this.#spec.fieldsOf(name)[0]?.analysis ?? null);
    if (isDeepStrictEqual(before, analysis)) return false;
    throw new IndexingError(
      `Inconsistent dynamic field creation options: the field '${name}' was created with other ones before. Give it the same in every document.`,
    );
  }

  #set(names: readonly string[], options: Options): void {
    this.#names = names;
    this.#positions = new Map(names.map((name, at) => [name, at]));
    this.#options = options;
    this.#fieldList = indexFields(this.#spec, names, options);
    this.#fields = fieldsByName(this.#fieldList);
  }
}
