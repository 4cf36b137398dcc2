import type { DocumentReader } from '../documents/document-reader.ts';
import { documentTexts } from '../documents/document-texts.ts';
import { writeDocument } from '../documents/document-writer.ts';
import { keepNumbers } from '../json/keep-numbers.ts';
import { type Patch, type PatchEffects, patchScript } from '../scripting/patch-script.ts';
import type { ScriptDocument, ScriptEngine } from '../scripting/script-engine.ts';
import { ScriptError } from '../scripting/script-error.ts';
import type { KnownValues, ValueLookup } from '../scripting/value-lookup.ts';

export interface PatchRequest {
  readonly id: string;
  readonly patch: Patch;
  /** What to run when there is no such document; null: nothing. */
  readonly ifMissing: Patch | null;
  /** The document as an earlier command of the same batch leaves it, in place of what is stored. */
  readonly pending: string | null;
  /** Compare-exchange values that the script may ask for; others are asked for by `ValuesMissing`. */
  readonly values?: KnownValues;
}

export type PatchStatus = 'NotModified' | 'Patched' | 'Created' | 'DocumentDoesNotExist';

/** What a patch would write. Nothing is written here: whoever does checks that the document is still the same. */
export interface PatchOutcome extends PatchEffects {
  readonly status: PatchStatus;
  /** Change vector that the document had; null: there was none. */
  readonly changeVector: string | null;
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

/** @throws ScriptError */
export function patchDocument(
  request: PatchRequest,
  reader: DocumentReader,
  scripts: ScriptEngine,
  values: ValueLookup,
): PatchOutcome {
  const stored = request.pending === null ? reader.get(request.id) : undefined;
  const isThere = stored !== undefined || request.pending !== null;
  const patch = isThere ? request.patch : request.ifMissing;
  if (patch === null) return NOTHING;
  const row: ScriptDocument = stored === undefined ? newRow(request) : documentTexts(stored);
  const effects = run(request.id, patch, row, reader, scripts, values);
  const document =
    effects.document === null || stored === undefined
      ? effects.document
      : keepNumbers(writeDocument(stored), effects.document);
  return {
    ...effects,
    document: isThere ? document : effects.whole,
    status: isThere ? (effects.document === null ? 'NotModified' : 'Patched') : 'Created',
    changeVector: stored?.changeVector ?? null,
  };
}

function run(
  id: string,
  patch: Patch,
  row: ScriptDocument,
  reader: DocumentReader,
  scripts: ScriptEngine,
  values: ValueLookup,
): PatchEffects {
  try {
    const json = scripts.compile(patchScript(patch)).call(
      JSON.stringify({ row, values: patch.values }, (_, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value,
      ),
      (other) => {
        const found = reader.get(other);
        return found === undefined ? null : documentTexts(found);
      },
      values,
    );
    return JSON.parse(json) as PatchEffects;
  } catch (error) {
    if (!(error instanceof ScriptError) || error.fault === 'syntax') throw error;
    throw new ScriptError(error.fault, `Script failed for document ID '${id}'. ${error.message}`, error);
  }
}

function newRow({ id, pending }: PatchRequest): ScriptDocument {
  if (pending === null) return ['{}', '{}', id];
  const { '@metadata': metadata, ...body } = JSON.parse(pending) as Record<string, unknown>;
  return [JSON.stringify(body), JSON.stringify(metadata ?? {}), id];
}
