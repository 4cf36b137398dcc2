import type { Patch } from '../../../scripting/patch-script.ts';
import { invalidData } from '../../errors/protocol-error.ts';
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
