import { metadataText } from './document-writer.ts';
import type { StoredDocument } from './stored-document.ts';

/** A document as texts: its JSON without metadata, the metadata that clients see, and its id. For scripts. */
export function documentTexts(
  document: StoredDocument,
): readonly [json: string, metadata: string, id: string] {
  return [document.body.toString('utf8'), metadataText(document), document.id];
}
