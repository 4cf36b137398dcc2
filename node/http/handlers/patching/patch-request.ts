import { type JsonPatch, JsonPatchError, readJsonPatch } from '../../../json/json-patch.ts';
import type { Patch } from '../../../scripting/patch-script.ts';
import { argumentError, invalidData } from '../../errors/protocol-error.ts';
import { isJsonObject, member } from '../../parameters/json-body.ts';

/** `{"Script":"…","Values":{…}}`; null when there is none. */
export function patchOf(raw: unknown, name: string): Patch | null {
  if (raw === undefined || raw === null) return null;
  const script = isJsonObject(raw) ? member(raw, 'Script') : undefined;
  if (!isJsonObject(raw) || typeof script !== 'string') {
    throw invalidData(`Missing 'Script' property on '${name}'`);
  }
  const values = member(raw, 'Values') ?? {};
  if (!isJsonObject(values)) throw invalidData(`'Values' of '${name}' must be an object`);
  return { script, values };
}

/** `{"Operations":[{"op":"add","path":"/Name","value":"x"}]}`, as RFC 6902 has them. */
export function jsonPatchOf(raw: unknown): JsonPatch {
  try {
    return readJsonPatch(isJsonObject(raw) ? member(raw, 'Operations') : undefined);
  } catch (error) {
    throw error instanceof JsonPatchError ? argumentError(error.message) : error;
  }
}
