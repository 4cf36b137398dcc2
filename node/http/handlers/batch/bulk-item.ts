import type { BulkInsertItem } from '../../../documents/commands/bulk-insert.ts';
import { JsonReader } from '../../../json/json-reader.ts';
import { invalidOperation, notImplemented, ProtocolError } from '../../errors/protocol-error.ts';

const UNBUILT: ReadonlySet<string> = new Set(['Counters', 'TimeSeriesBulkInsert', 'AttachmentPUT']);

/** One command of the stream; null for a heartbeat. Throws the protocol's errors, and JsonSyntaxError. */
export function parseBulkItem(bytes: Buffer): BulkInsertItem | null {
  const reader = new JsonReader(bytes);
  let type: string | null = null;
  let id: string | null = null;
  let document: Buffer | null = null;
  for (const key of reader.fields()) {
    if (key === 'Id') id = reader.readNull() ? null : reader.readString();
    else if (key === 'Type') type = reader.readString();
    else if (key === 'Document') document = reader.skip();
  }
  reader.end();
  if (type === 'HeartBeat') return null;
  if (type !== 'PUT') throw refusal(type);
  if (document === null) throw invalidOperation("Command of type 'PUT' must have a 'Document'.");
  if (id?.endsWith('|') === true) {
    throw new ProtocolError(
      500,
      'System.NotSupportedException',
      `Document ids that end with '|' (identities) are not supported in a bulk insert: '${id}'`,
    );
  }
  return { id, document };
}

function refusal(type: string | null): ProtocolError {
  if (type === null) return invalidOperation("Command must have a valid 'Type' property");
  if (UNBUILT.has(type)) return notImplemented(`The command type ${type} in a bulk insert`);
  return invalidOperation(`Invalid command type in a bulk insert: ${type}`);
}
