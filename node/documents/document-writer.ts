import { formatFlags, SHOWN_FLAGS } from './document-flags.ts';
import { formatTicks } from './hybrid-clock.ts';
import type { StoredDocument } from './stored-document.ts';

const COMMA = 0x2c;
/** Length of `{}`: an object without members. */
const EMPTY = 2;

/** What a query adds to the metadata of a result. */
export interface WriteDocumentOptions {
  /** Only `{"@metadata":{…}}`. */
  readonly metadataOnly?: boolean;
  readonly indexScore?: number;
}

/**
 * The document as clients see it: the stored body with `@metadata` spliced in last. Nothing is parsed; the keys that
 * the server writes follow the client's in the protocol's order.
 */
export function writeDocument(document: StoredDocument, options?: WriteDocumentOptions): Buffer {
  const body = options?.metadataOnly === true ? null : document.body;
  const metadata = clientMetadata(document);
  const head = (body === null || body.length === EMPTY ? '{' : ',').concat('"@metadata":{');
  const tail = serverMetadata(document, options?.indexScore);
  const bodyLength = body === null || body.length === EMPTY ? 0 : body.length - 1;
  const metadataLength = metadata.length - EMPTY;
  const out = Buffer.allocUnsafe(
    bodyLength + head.length + metadataLength + (metadataLength > 0 ? 1 : 0) + Buffer.byteLength(tail),
  );
  let at = 0;
  if (body !== null && bodyLength > 0) at += body.copy(out, 0, 0, bodyLength);
  at += out.write(head, at, 'latin1');
  if (metadataLength > 0) {
    at += metadata.copy(out, at, 1, 1 + metadataLength);
    out[at++] = COMMA;
  }
  out.write(tail, at);
  return out;
}

/** The `@metadata` of the document as clients see it: JSON. */
export function metadataText(document: StoredDocument): string {
  const members = clientMetadata(document).toString('utf8').slice(1, -1);
  // What the server writes closes the document, too.
  const own = serverMetadata(document, undefined).slice(0, -1);
  return `{${members}${members === '' ? '' : ','}${own}`;
}

function serverMetadata(document: StoredDocument, indexScore: number | undefined): string {
  const { changeVector, flags, id, lastModified } = document;
  const shownFlags = (flags & SHOWN_FLAGS) === 0 ? '' : `"@flags":"${formatFlags(flags)}",`;
  const score = indexScore === undefined ? '' : `"@index-score":${indexScore},`;
  return `"@change-vector":"${changeVector}",${shownFlags}"@id":${JSON.stringify(id)},${score}"@last-modified":"${formatTicks(lastModified)}"}}`;
}

/** A `@flags` that a client sent is echoed, but gives way to real flags: a key must not stand there twice. */
function clientMetadata(document: StoredDocument): Buffer {
  const { metadata, flags } = document;
  if ((flags & SHOWN_FLAGS) === 0 || !metadata.includes('"@flags"')) return metadata;
  const { '@flags': _, ...kept } = JSON.parse(metadata.toString()) as Record<string, unknown>;
  return Buffer.from(JSON.stringify(kept));
}
