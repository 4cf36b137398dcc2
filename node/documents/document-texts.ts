import { jsonAt } from '../json/json-path.ts';
import { writeDocument } from './document-writer.ts';
import type { StoredDocument } from './stored-document.ts';

/** A document as texts: its JSON without metadata, the metadata that clients see, and its id. For scripts. */
export function documentTexts(
  document: StoredDocument,
): readonly [json: string, metadata: string, id: string] {
  const metadata = jsonAt(writeDocument(document, { metadataOnly: true }), ['@metadata']);
  return [document.body.toString('utf8'), metadata?.toString('utf8') ?? '{}', document.id];
}
