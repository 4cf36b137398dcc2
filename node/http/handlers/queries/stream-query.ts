import { IndexThreadError } from '../../../index-thread/thread-error.ts';
import type { StreamOutcome } from '../../../index-thread/thread-protocol.ts';
import { mapError } from '../../errors/error-mapping.ts';
import { STREAM_CHUNK_BYTES } from '../../limits.ts';
import type { HttpRequest } from '../../request.ts';
import { empty, type HttpResponse, JSON_TYPE, json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { orQueryError, queryError } from './query-error.ts';
import { type ClientQuery, queryOfBody, queryOfUrl } from './query-request.ts';
import { withIndex } from './run-query.ts';
import { type StreamForm, streamForm } from './stream-form.ts';

type Opened = Extract<StreamOutcome, { kind: 'stream' }>;

async function stream(
  query: ClientQuery,
  request: HttpRequest,
  context: DatabaseContext,
): Promise<HttpResponse> {
  const form = streamForm(request);
  const { indexes } = context.loaded;
  const { outcome } = await withIndex(query, context, (asked) =>
    orQueryError(() => indexes.openStream(asked)),
  );
  if (outcome.kind !== 'stream') {
    return json(404, { Error: `Index ${outcome.name} does not exist` });
  }
  return {
    status: 200,
    headers: ['Content-Type', form.contentType, ...disposition(form, outcome, context)],
    body: chunks(outcome, form, context),
  };
}

async function* chunks(
  opened: Opened,
  form: StreamForm,
  { loaded }: DatabaseContext,
): AsyncGenerator<Buffer> {
  let isFirst = true;
  try {
    yield Buffer.from(form.open(opened.head));
    for (;;) {
      const rows = await loaded.indexes.readStream(opened.stream, STREAM_CHUNK_BYTES);
      if (rows.length === 0) break;
      const parts = rows.map((row) => {
        const text = form.row(Buffer.from(row.buffer, row.byteOffset, row.byteLength), isFirst);
        isFirst = false;
        return text;
      });
      yield Buffer.from(parts.join(''));
    }
    yield Buffer.from(form.close);
  } catch (error) {
    // The status has gone out: the protocol tells of a failure at the end.
    const cause = error instanceof IndexThreadError ? queryError(error) : error;
    yield Buffer.from(form.failed(mapError(cause).detail));
  } finally {
    await loaded.indexes.closeStream(opened.stream).catch(() => {
      // The database was closed, and the stream with it.
    });
  }
}

/** A file to keep is named by what it is of: database, node, collection and time. */
function disposition(
  { extension }: StreamForm,
  { head }: Opened,
  { loaded, node }: DatabaseContext,
): readonly string[] {
  if (extension === undefined) return [];
  const { IndexName } = JSON.parse(`{${head}}`) as { readonly IndexName: string };
  const collection = /^collection\/(.*)$/.exec(IndexName)?.[1];
  const of = collection === undefined ? 'query_result' : `${collection}_collection`;
  const time = new Date().toISOString().replace(/[-:]/g, '').replace('T', '_').slice(0, 13);
  const name = encodeURIComponent(`${loaded.name}_${node.cluster.nodeTag()}_${of}_${time}.${extension}`);
  return ['Content-Disposition', `attachment; filename="${name}"; filename*=UTF-8''${name}`];
}

const post: DatabaseHandler = async (request, context) =>
  stream(await queryOfBody(request), request, context);
const get: DatabaseHandler = (request, context) => stream(queryOfUrl(request), request, context);

export const streamQueryRoutes = [
  databaseRoute('POST /streams/queries', 'Read', post),
  databaseRoute('GET /streams/queries', 'Read', get),
  databaseRoute('HEAD /streams/queries', 'Read', () => empty(200, ['Content-Type', JSON_TYPE])),
];
