import { lowerIdOf } from '../../documents/document-id.ts';
import { documentTexts } from '../../documents/document-texts.ts';
import { DOCUMENT_ID_BYTES_MAX } from '../../documents/limits.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { ScriptDocument, ScriptLoader, ScriptValues } from '../../scripting/script-engine.ts';
import type { ValueLookup } from '../../scripting/value-lookup.ts';
import { VALUE_KEY_BYTES_MAX } from '../limits.ts';
import type { MapLoader, MappedDocument } from '../local/index-spec.ts';

/**
 * What the documents of a block load or look up while they are mapped: documents are read once for all of them, and all
 * is noted for each. Not for longer than one call of a script, since documents change.
 */
export class BlockLoads {
  readonly #documents: readonly StoredDocument[];
  readonly #load: MapLoader;
  readonly #references: readonly Set<string>[];
  readonly #valueKeys: readonly Set<string>[];
  readonly #lookup: ValueLookup;
  readonly #known = new Map<string, ScriptDocument | null>();

  constructor(documents: readonly StoredDocument[], load: MapLoader, lookup: ValueLookup) {
    this.#documents = documents;
    this.#load = load;
    this.#references = documents.map(() => new Set());
    this.#valueKeys = documents.map(() => new Set());
    this.#lookup = lookup;
  }

  readonly load: ScriptLoader = (id, collection, row) => {
    // There is none, and a reference to it could not be kept.
    if (Buffer.byteLength(id) > DOCUMENT_ID_BYTES_MAX) return null;
    const lowerId = lowerIdOf(id);
    // A document that changes is mapped again, whoever it loads.
    if (row !== undefined && lowerId !== this.#documents[row]?.lowerId) this.#references[row]?.add(lowerId);
    const isFollowed = row !== undefined;
    const key = `${isFollowed ? 1 : 0}/${collection}/${lowerId}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      const document = this.#load(id, collection, isFollowed);
      found = document === undefined ? null : documentTexts(document);
      this.#known.set(key, found);
    }
    return found;
  };

  readonly values: ScriptValues = {
    find: (key, row) => {
      if (Buffer.byteLength(key) > VALUE_KEY_BYTES_MAX) return null;
      const lowerKey = key.toLowerCase();
      if (row !== undefined) this.#valueKeys[row]?.add(lowerKey);
      return this.#lookup.find(lowerKey);
    },
  };

  /** The result of one of the documents, with what that has loaded and looked up. */
  withReferences(at: number, result: MappedDocument): MappedDocument {
    const references = this.#references[at];
    const valueKeys = this.#valueKeys[at];
    return {
      ...result,
      ...(references === undefined || references.size === 0 ? {} : { references: [...references] }),
      ...(valueKeys === undefined || valueKeys.size === 0 ? {} : { valueKeys: [...valueKeys] }),
    };
  }
}
