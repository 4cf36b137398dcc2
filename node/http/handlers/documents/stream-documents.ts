import { writeDocument } from '../../../documents/document-writer.ts';
import { optionalText } from '../../parameters/parameters.ts';
import { jsonBytes } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { firstSlice, pagingOf } from './list-documents.ts';
import { listingBody } from './results-body.ts';
import type { Slice } from './slice.ts';

const LINE_END = Buffer.from('\r\n');

/** As a listing of documents, of any length; as `jsonl` one document a line. */
const streamDocuments: DatabaseHandler = (request, { loaded }) => {
  const slice = firstSlice(request, loaded, pagingOf(request));
  const isLines = optionalText(request, 'format')?.toLowerCase() === 'jsonl';
  return jsonBytes(200, isLines ? lines(slice) : listingBody(slice, { metadataOnly: false }));
};

async function* lines(first: Slice): AsyncGenerator<Buffer> {
  for (let slice: Slice | null = first; slice !== null; slice = slice.next === null ? null : slice.next()) {
    if (slice.documents.length > 0) {
      yield Buffer.concat(slice.documents.flatMap((document) => [writeDocument(document), LINE_END]));
    }
    // Between two slices, whoever waits gets a turn.
    await new Promise(setImmediate);
  }
}

export const streamDocumentRoutes = [databaseRoute('GET /streams/docs', 'Read', streamDocuments)];
