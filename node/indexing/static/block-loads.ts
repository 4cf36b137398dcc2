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
  /** By the position of the document; most have none. */
  readonly #references = new Map<number, Set<string>>();
  readonly #valueKeys = new Map<number, Set<string>>();
  readonly #lookup: ValueLookup;
  readonly #known = new Map<string, ScriptDocument | null>();

  constructor(documents: readonly StoredDocument[], load: MapLoader, lookup: ValueLookup) {
    this.#documents = documents;
    this.#load = load;
    this.#lookup = lookup;
  }

  readonly load: ScriptLoader = (id, collection, row) => {
    // There is none, and a reference to it could not be kept.
    if (Buffer.byteLength(id) > DOCUMENT_ID_BYTES_MAX) return null;
    const lowerId = lowerIdOf(id);
    // A document that changes is mapped again, whoever it loads.
    if (row !== undefined && lowerId !== this.#documents[row]?.lowerId) note(this.#references, row, lowerId);
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
      if (row !== undefined) note(this.#valueKeys, row, lowerKey);
      return this.#lookup.find(lowerKey);
    },
  };

  /** The result of one of the documents, with what that has loaded and looked up. */
  withReferences(at: number, result: MappedDocument): MappedDocument {
    const references = this.#references.get(at);
    const valueKeys = this.#valueKeys.get(at);
    if (references === undefined && valueKeys === undefined) return result;
    return {
      ...result,
      ...(references === undefined ? {} : { references: [...references] }),
      ...(valueKeys === undefined ? {} : { valueKeys: [...valueKeys] }),
    };
  }
}

function note(notes: Map<number, Set<string>>, at: number, text: string): void {
  const own = notes.get(at);
  if (own === undefined) notes.set(at, new Set([text]));
  else own.add(text);
}
