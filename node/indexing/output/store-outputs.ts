import { defineCommand } from '../../documents/command.ts';
import { DocumentFlag } from '../../documents/document-flags.ts';
import type { DocumentTransaction } from '../../documents/document-transaction.ts';
import { splitDocument } from '../../json/document-json.ts';
import { type GroupOutput, outputMeta, type ReduceOutput } from './reduce-output.ts';
import { type ReferencePattern, referencePattern } from './reference-pattern.ts';

/** Marks what an index has written. */
export const OUTPUT_FLAGS = DocumentFlag.Artificial | DocumentFlag.FromIndex;

export interface StoreOutputsArguments {
  readonly output: ReduceOutput;
  readonly groups: readonly GroupOutput[];
  /** See `OutputWrite`; null: nothing will be written any more. */
  readonly batch: number | null;
}

/**
 * Writes or deletes the documents of groups, and keeps the documents that name them in step, atomically. What is
 * there already is not written again. Throws what DocumentTransaction.putDocument throws.
 */
export const storeOutputs = defineCommand(
  'StoreReduceOutputs',
  (transaction, { output, groups, batch }: StoreOutputsArguments): null => {
    const naming = output.references === null ? null : new NamingDocuments(output.references);
    for (const { id, json } of groups) {
      const [before] = transaction.getMany([id]);
      const isOurs = before !== undefined && (before.flags & DocumentFlag.Artificial) !== 0;
      const document = json === null ? null : documentOf(json, output.collection);
      if (isOurs) naming?.remove(id, before.body);
      if (document !== null) naming?.add(id, document.body);
      if (document !== null) {
        if (isOurs && before.body.equals(document.body)) continue;
        transaction.putDocument(id, document, null, OUTPUT_FLAGS);
      } else if (isOurs) transaction.deleteDocument(id, null);
    }
    naming?.write(transaction);
    transaction.writeMeta(outputMeta(output), batch === null ? null : Buffer.from(String(batch)));
    return null;
  },
  {
    ids: ({ groups }) => groups.map(({ id }) => id),
    bytes: ({ groups }) => groups.reduce((sum, { json }) => sum + (json?.length ?? 0), 0),
  },
);

function documentOf(json: string, collection: string) {
  const body = JSON.parse(json) as Readonly<Record<string, unknown>>;
  return splitDocument(Buffer.from(JSON.stringify({ ...body, '@metadata': { '@collection': collection } })));
}

/** The documents that name groups by the values of their fields: what each gains and loses. */
class NamingDocuments {
  readonly #pattern: ReferencePattern;
  readonly #collection: string;
  readonly #changes = new Map<string, { readonly added: Set<string>; readonly removed: Set<string> }>();

  constructor({ pattern, collection }: NonNullable<ReduceOutput['references']>) {
    this.#pattern = referencePattern(pattern);
    this.#collection = collection;
  }

  add(id: string, body: Buffer): void {
    const change = this.#change(body);
    change?.removed.delete(id);
    change?.added.add(id);
  }

  remove(id: string, body: Buffer): void {
    const change = this.#change(body);
    change?.added.delete(id);
    change?.removed.add(id);
  }

  write(transaction: DocumentTransaction): void {
    for (const [id, { added, removed }] of this.#changes) {
      const [before] = transaction.getMany([id]);
      const named = before === undefined ? [] : namesIn(before.body);
      const names = [...new Set([...named.filter((name) => !removed.has(name)), ...added])];
      if (names.length === 0) {
        if (before !== undefined) transaction.deleteDocument(id, null);
      } else if (names.length !== named.length || names.some((name, at) => name !== named[at])) {
        const document = documentOf(JSON.stringify({ ReduceOutputs: names }), this.#collection);
        transaction.putDocument(id, document, null, OUTPUT_FLAGS);
      }
    }
  }

  #change(body: Buffer) {
    const id = this.#pattern.idOf(JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>);
    if (id === null) return undefined;
    let change = this.#changes.get(id);
    if (change === undefined) {
      change = { added: new Set(), removed: new Set() };
      this.#changes.set(id, change);
    }
    return change;
  }
}

function namesIn(body: Buffer): readonly string[] {
  const { ReduceOutputs: names } = JSON.parse(body.toString('utf8')) as { readonly ReduceOutputs?: unknown };
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}
