import { COMPARE_EXCHANGE_VALUE_BYTES_MAX } from '../../../cluster/limits.ts';
import { parseDate, ticksOfMs } from '../../../indexing/values/date-text.ts';
import { quoteBareWords } from '../../../json/bare-words.ts';
import { JsonReader } from '../../../json/json-reader.ts';
import { rewriteCanonical } from '../../../json/json-rewriter.ts';
import { endOfBody, invalidOperation, ProtocolError } from '../../errors/protocol-error.ts';

/** What a client gave as a compare-exchange value. */
export interface ValueBody {
  /** JSON text of an object, compact. */
  readonly value: string;
  /** From `@metadata`.`@expires`, in milliseconds since 1970; null: it does not expire. */
  readonly expiresAtMs: number | null;
}

const TICKS_PER_MS = 10_000n;

/** Checks `{"Object":…,"@metadata":{…}}`, whose members all may be missing. `key` is for messages. */
export function readValueBody(body: Buffer, key: string): ValueBody {
  if (body.byteLength > COMPARE_EXCHANGE_VALUE_BYTES_MAX) {
    throw invalidOperation(
      `A compare-exchange value may have ${COMPARE_EXCHANGE_VALUE_BYTES_MAX} bytes, but that of '${key}' has ${body.byteLength}. Keep what is large in a document, and its id here.`,
    );
  }
  if (body.byteLength === 0) throw endOfBody();
  const reader = new JsonReader(body);
  let expires: unknown;
  for (const member of reader.fields()) {
    if (member !== '@metadata' || reader.kind() !== 'object') continue;
    for (const name of reader.fields()) if (name === '@expires') expires = reader.readValue();
  }
  reader.end();
  const json = reader.hasBareWords ? quoteBareWords(body) : body;
  return { value: rewriteCanonical(json).toString(), expiresAtMs: expiryOf(expires, key) };
}

/** Milliseconds of an `@expires`; null: there is none. `key` is for messages. */
export function expiryOf(expires: unknown, key: string): number | null {
  if (expires === undefined || expires === null) return null;
  const date = typeof expires === 'string' ? parseDate(expires) : undefined;
  if (date === undefined) {
    throw new ProtocolError(
      500,
      'Raven.Server.Rachis.RachisApplyException',
      `'@expires' of '${key}' must be a date such as 2030-01-01T00:00:00.0000000Z, but it is ${JSON.stringify(expires)}.`,
    );
  }
  return Math.max(0, Number((date.ticks - ticksOfMs(0)) / TICKS_PER_MS));
}
