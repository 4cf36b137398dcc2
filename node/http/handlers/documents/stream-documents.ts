import { optionalText } from '../../parameters/parameters.ts';
import { jsonBytes } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { listingOf } from './list-documents.ts';
import { linesBody, listingBody } from './results-body.ts';
import { listed } from './slice.ts';

/** As a listing of documents; as `jsonl` one document a line. */
const streamDocuments: DatabaseHandler = (request, { loaded }) => {
  const documents = listed(loaded.database, listingOf(request));
  const isLines = optionalText(request, 'format')?.toLowerCase() === 'jsonl';
  return jsonBytes(200, isLines ? linesBody(documents) : listingBody(documents, { metadataOnly: false }));
};

export const streamDocumentRoutes = [databaseRoute('GET /streams/docs', 'Read', streamDocuments)];
