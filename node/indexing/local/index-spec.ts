import type { StoredDocument } from '../../documents/stored-document.ts';
import type { ValueLookup } from '../../scripting/value-lookup.ts';
import type { Space } from '../../spatial/space.ts';
import type { VectorOptions } from '../../vectors/vector-options.ts';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import type { Analysis, IndexField } from '../definitions/index-field.ts';
import type { ReduceOutput } from '../output/reduce-output.ts';
import type { ReducedObject, Reducer } from '../reduce/reducer.ts';
import type { FieldValues } from '../values/index-value.ts';

/** How a source is indexed that says so itself, other than the definition of its index; null: not at all. */
export interface SourceOptions {
  readonly analysis: Analysis | null;
}

/** One entry that an index makes of a document, by the names of its sources. */
export interface MappedEntry {
  readonly values: Readonly<Record<string, FieldValues>>;
  /** JSON of what the index keeps to show it. */
  readonly stored?: Readonly<Record<string, string>>;
  /** Sources that say themselves how they are indexed. */
  readonly options?: Readonly<Record<string, SourceOptions>>;
}

/**
 * What an index makes of a document: its entries, values for groups where it reduces, or why it can't.
 */
export type MappedDocument = (
  | { readonly entries: readonly MappedEntry[] }
  | { readonly values: readonly ReducedObject[] }
  | { readonly error: string }
) & {
  /** Lower-case ids of the documents that it was mapped with: when one of them changes it is mapped again. */
  readonly references?: readonly string[];
  /** What its maps gave, each the JSON of a list of objects; absent where no script is run. */
  readonly given?: readonly string[];
  /** Lower-case keys of the compare-exchange values that it was mapped with: the same holds for them. */
  readonly valueKeys?: readonly string[];
};

/**
 * Reads a document that another one names while that is mapped: nothing where it is of another collection than the
 * one that is given; '' for any. `isFollowed`: the other one will be mapped again when this one changes.
 */
export type MapLoader = (id: string, collection: string, isFollowed: boolean) => StoredDocument | undefined;

/**
 * Maps some documents at once; gives as many results, in their order. `values`: compare-exchange values by keys in lower
 * case; where some are missing in it afterwards, the results are not what they should be.
 */
export type DocumentMapper = (
  documents: readonly StoredDocument[],
  load: MapLoader,
  values: ValueLookup,
) => readonly MappedDocument[];

/** A field that a source becomes, as queries call it. */
export interface SourceField {
  readonly name: string;
  readonly analysis: Analysis;
  readonly spatial?: Space;
  readonly vector?: VectorOptions;
}

export type IndexType =
  | 'AutoMap'
  | 'AutoMapReduce'
  | 'Map'
  | 'MapReduce'
  | 'JavaScriptMap'
  | 'JavaScriptMapReduce';

/** An index, ready to run. */
export interface IndexSpec {
  readonly name: string;
  /** Which of its definitions this is: one with another text starts anew. */
  readonly revision: string;
  readonly type: IndexType;
  /** As somebody wrote it; absent: a query made it. */
  readonly definition?: StaticIndexDefinition;
  /** Collections as they were written; null for all documents. */
  readonly collections: readonly string[] | null;
  /** Collections that its maps load from, as far as their texts tell; absent: none. */
  readonly loads?: readonly string[];
  /** Its maps may look up compare-exchange values; default: they do not. */
  readonly looksUpValues?: boolean;
  /** Sources that are known from the start; others are found as documents are mapped. */
  readonly sources: readonly string[];
  readonly fieldsOf: (source: string, options?: SourceOptions) => readonly SourceField[];
  /** Sources by which documents are compared with one another, unless a query says by which. */
  readonly isCompared: (source: string) => boolean;
  /** Sources of whose words suggestions may be made. */
  readonly canSuggest: (source: string) => boolean;
  readonly map: DocumentMapper;
  /** The documents that it writes of its groups; absent: none. */
  readonly output?: ReduceOutput;
  /** Present where entries are those of groups. */
  readonly reduce?: GroupReducer;
}

export interface GroupReducer extends Reducer {
  /** The entry of a group's result. */
  readonly entryOf: (result: ReducedObject) => MappedEntry;
}

/** The fields of an index that has met these sources. Ids depend on their order only, so they stay as sources come. */
export function indexFields(
  spec: IndexSpec,
  sources: readonly string[],
  options: Readonly<Record<string, SourceOptions>>,
): readonly IndexField[] {
  return sources
    .flatMap((name, source) =>
      spec
        .fieldsOf(name, Object.hasOwn(options, name) ? options[name] : undefined)
        .map((field) => ({ ...field, source })),
    )
    .map((field, at) => ({ id: at + 1, ...field }));
}

/** Fields by the names that queries use. */
export function fieldsByName(fields: readonly IndexField[]): ReadonlyMap<string, IndexField> {
  return new Map(fields.map((field) => [field.name, field]));
}
