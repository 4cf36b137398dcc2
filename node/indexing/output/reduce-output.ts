import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { hasReduce } from '../static/static-index-type.ts';

/** Documents that name the results of groups by the values of fields. */
export interface OutputReferences {
  /** Of their ids; see `referencePattern`. */
  readonly pattern: string;
  readonly collection: string;
}

/** The documents that a map-reduce index writes, one for each group. Each node writes its own. */
export interface ReduceOutput {
  readonly collection: string;
  /** Their ids begin so; those of another definition of the index begin otherwise. */
  readonly prefix: string;
  readonly references: OutputReferences | null;
}

/** What the index writes; undefined: nothing. */
export function reduceOutputOf(definition: StaticIndexDefinition): ReduceOutput | undefined {
  const { OutputReduceToCollection: collection, ReduceOutputIndex } = definition;
  if (!isText(collection) || !hasReduce(definition)) return undefined;
  const { PatternForOutputReduceToCollectionReferences: pattern, PatternReferencesCollectionName: name } =
    definition;
  return {
    collection,
    prefix: `${collection}/${typeof ReduceOutputIndex === 'number' ? ReduceOutputIndex : 0}/`,
    references: isText(pattern)
      ? { pattern, collection: isText(name) ? name : `${collection}/References` }
      : null,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The id of a group's document. `hash`: of its key, as hexadecimal text. */
export function outputId({ prefix }: ReduceOutput, hash: string): string {
  return `${prefix}${BigInt(`0x${hash.slice(0, 16)}`)}`;
}

/** The beginning of the hash of a group, from the id of its document; undefined: no group's. */
export function hashOfOutput({ prefix }: ReduceOutput, id: string): Buffer | undefined {
  const digits = id.slice(prefix.length);
  if (!/^\d{1,20}$/.test(digits)) return undefined;
  const hash = Buffer.alloc(8);
  hash.writeBigUInt64BE(BigInt.asUintN(64, BigInt(digits)));
  return hash;
}

/** Under which name the database keeps what was written last of an output. */
export function outputMeta({ prefix }: ReduceOutput): string {
  return `output/${prefix}`;
}

/** What becomes of the document of a group. */
export interface GroupOutput {
  readonly id: string;
  /** JSON of the result; null: there is none any more. */
  readonly json: string | null;
}

/** What an index asks to be written. */
export type OutputWrite =
  | {
      readonly kind: 'store';
      readonly output: ReduceOutput;
      readonly groups: readonly GroupOutput[];
      /** Counts what the index has asked for: kept beside the documents, so that it sees whether it lags behind them. */
      readonly batch: number;
    }
  /** Everything that an earlier index has written. */
  | { readonly kind: 'purge'; readonly output: ReduceOutput };

/** A document that could not be written, and why. */
export interface OutputFailure {
  readonly id: string;
  readonly error: string;
}

/** Resolves when all is durable; rejects where storage fails. Writing the same again changes nothing. */
export type OutputSink = (write: OutputWrite) => Promise<readonly OutputFailure[]>;
