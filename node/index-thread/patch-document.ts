import type { DocumentReader } from '../documents/document-reader.ts';
import { documentTexts } from '../documents/document-texts.ts';
import { writeDocument } from '../documents/document-writer.ts';
import type { StoredDocument } from '../documents/stored-document.ts';
import { parseExact, stringifyExact } from '../json/exact-json.ts';
import { applyJsonPatch, type JsonPatch, JsonPatchError } from '../json/json-patch.ts';
import { keepNumbers } from '../json/keep-numbers.ts';
import { type NewIds, type Patch, type PatchEffects, patchScript } from '../scripting/patch-script.ts';
import type { ScriptDocument, ScriptEngine, ScriptLoader } from '../scripting/script-engine.ts';
import { ScriptError } from '../scripting/script-error.ts';
import type { KnownValues, ValueLookup } from '../scripting/value-lookup.ts';

export interface PatchRequest {
  readonly id: string;
  readonly patch: Patch | JsonPatch;
  /** What to run when there is no such document; null: nothing. */
  readonly ifMissing: Patch | null;
  /** JSON of what to write when there is no such document, in place of running anything. Default: null. */
  readonly created?: string | null;
  /** The document as an earlier command of the same batch leaves it, in place of what is stored. */
  readonly pending: string | null;
  /** Nothing is run unless what is stored has this change vector; null: whatever it has. Default: null. */
  readonly expectedChangeVector?: string | null;
  /** For documents whose id ends in `/` and asks for a number. Absent: they keep it as it is. */
  readonly newIds?: NewIds;
  /** Compare-exchange values that the script may ask for; others are asked for by `ValuesMissing`. */
  readonly values?: KnownValues;
  /** The outcome is to say what the script started from and what it loaded. Default: false. */
  readonly showsWork?: boolean;
}

export type PatchStatus = 'NotModified' | 'Patched' | 'Created' | 'DocumentDoesNotExist';

/** What a patch would write. Nothing is written here: whoever does checks that the document is still the same. */
export interface PatchOutcome extends PatchEffects {
  readonly status: PatchStatus;
  /** Change vector that the document had; null: there was none. */
  readonly changeVector: string | null;
  /** Only if it was asked for. */
  readonly work?: PatchWork;
}

export interface PatchWork {
  /** JSON of the document before; null: there was none. */
  readonly original: string | null;
  /** Each that the script asked for, in that order. */
  readonly loads: readonly { readonly id: string; readonly isThere: boolean }[];
}

const NOTHING: PatchOutcome = {
  status: 'DocumentDoesNotExist',
  changeVector: null,
  document: null,
  whole: '{}',
  puts: [],
  deletes: [],
  info: [],
};

/** @throws ScriptError, JsonPatchError */
export function patchDocument(
  request: PatchRequest,
  reader: DocumentReader,
  scripts: ScriptEngine,
  values: ValueLookup,
): PatchOutcome {
  const stored = request.pending === null ? reader.get(request.id) : undefined;
  const isThere = stored !== undefined || request.pending !== null;
  const { created = null, expectedChangeVector = null } = request;
  const changeVector = stored?.changeVector ?? null;
  if (request.pending === null && expectedChangeVector !== null && expectedChangeVector !== changeVector)
    return { ...NOTHING, changeVector };
  if (!isThere && created !== null)
    return { ...NOTHING, status: 'Created', document: created, whole: created };
  const patch = isThere ? request.patch : request.ifMissing;
  if (patch === null) return NOTHING;
  const loads: { readonly id: string; readonly isThere: boolean }[] = [];
  const effects = isScript(patch)
    ? run(request, patch, rowOf(request, stored), scripts, values, (id) => {
        const found = reader.get(id);
        if (request.showsWork === true) loads.push({ id, isThere: found !== undefined });
        return found === undefined ? null : documentTexts(found);
      })
    : changed(request.id, patch, storedValue(request, stored));
  const document =
    effects.document === null || stored === undefined
      ? effects.document
      : keepNumbers(writeDocument(stored), effects.document);
  return {
    ...effects,
    document: isThere ? document : effects.whole,
    status: isThere ? (effects.document === null ? 'NotModified' : 'Patched') : 'Created',
    changeVector,
    ...(request.showsWork === true ? { work: { original: wholeText(stored, request.pending), loads } } : {}),
  };
}

function isScript(patch: Patch | JsonPatch): patch is Patch {
  return 'script' in patch;
}

/** As it is written: without what the server adds to the metadata. */
function storedValue({ pending }: PatchRequest, stored: StoredDocument | undefined): unknown {
  if (stored === undefined) return parseExact(pending ?? '{}');
  const body = parseExact(stored.body.toString('utf8')) as Record<string, unknown>;
  return { ...body, '@metadata': parseExact(stored.metadata.toString('utf8')) };
}

function changed(id: string, patch: JsonPatch, value: unknown): PatchEffects {
  const before = stringifyExact(value);
  try {
    applyJsonPatch(value, patch);
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    throw new JsonPatchError(
      `An error occurred while trying to apply json patch operation to document ${id}. ${error.message}`,
      { cause: error },
    );
  }
  const whole = stringifyExact(value);
  return { document: whole === before ? null : whole, whole, puts: [], deletes: [], info: [] };
}

function wholeText(stored: StoredDocument | undefined, pending: string | null): string | null {
  return stored === undefined ? pending : writeDocument(stored).toString('utf8');
}

function run(
  { id, newIds }: PatchRequest,
  patch: Patch,
  row: ScriptDocument,
  scripts: ScriptEngine,
  values: ValueLookup,
  load: ScriptLoader,
): PatchEffects {
  try {
    const json = scripts
      .compile(patchScript(patch))
      .call(
        JSON.stringify({ row, values: stringifyExact(patch.values), newIds: newIds ?? null }),
        load,
        values,
      );
    return JSON.parse(json) as PatchEffects;
  } catch (error) {
    if (!(error instanceof ScriptError) || error.fault === 'syntax') throw error;
    throw new ScriptError(error.fault, `Script failed for document ID '${id}'. ${error.message}`, error);
  }
}

function rowOf({ id, pending }: PatchRequest, stored: StoredDocument | undefined): ScriptDocument {
  if (stored !== undefined) return documentTexts(stored);
  if (pending === null) return ['{}', '{}', id];
  const { '@metadata': metadata, ...body } = parseExact(pending) as Record<string, unknown>;
  return [stringifyExact(body), stringifyExact(metadata ?? {}), id];
}
