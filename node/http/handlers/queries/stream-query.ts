import { IndexThreadError } from '../../../index-thread/thread-error.ts';
import type { StreamOutcome } from '../../../index-thread/thread-protocol.ts';
import { mapError } from '../../errors/error-mapping.ts';
import { notImplemented } from '../../errors/protocol-error.ts';
import { STREAM_CHUNK_BYTES } from '../../limits.ts';
import { optionalText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, JSON_TYPE, json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { queryError } from './query-error.ts';
import { type ClientQuery, queryOfBody, queryOfUrl } from './query-request.ts';
import { withIndex } from './run-query.ts';

type Opened = Extract<StreamOutcome, { kind: 'stream' }>;

/** How a stream is written: what goes before, around, between and after its results. */
interface Form {
  readonly open: (head: string) => string;
  readonly row: (json: string, isFirst: boolean) => string;
  readonly close: string;
  readonly failed: (message: string) => string;
}

const LINES: Form = {
  open: (head) => `{"Stats":{${head}}}\r\n`,
  row: (text) => `{"Item":${text}}\r\n`,
  close: '',
  failed: (message) => `{"Error":${JSON.stringify(message)}}\r\n`,
};

const OBJECT: Form = {
  open: (head) => `{${head},"Results":[`,
  row: (text, isFirst) => (isFirst ? text : `,${text}`),
  close: ']}',
  failed: (message) => `],"Error":${JSON.stringify(message)}}`,
};

async function stream(
  query: ClientQuery,
  request: HttpRequest,
  context: DatabaseContext,
): Promise<HttpResponse> {
  const form = formOf(request);
  const { indexes } = context.loaded;
  const { outcome } = await withIndex(query, context, async (asked) => {
    try {
      return await indexes.openStream(asked);
    } catch (error) {
      throw error instanceof IndexThreadError ? queryError(error) : error;
    }
  });
  if (outcome.kind !== 'stream') {
    const name = outcome.kind === 'unknownIndex' ? outcome.name : outcome.definition.Name;
    return json(404, { Error: `Index ${name} does not exist` });
  }
  return {
    status: 200,
    headers: ['Content-Type', JSON_TYPE],
    body: chunks(outcome, form, context),
  };
}

async function* chunks(opened: Opened, form: Form, { loaded }: DatabaseContext): AsyncGenerator<Buffer> {
  let isFirst = true;
  try {
    yield Buffer.from(form.open(opened.head));
    for (;;) {
      const rows = await loaded.indexes.readStream(opened.stream, STREAM_CHUNK_BYTES);
      if (rows.length === 0) break;
      const parts = rows.map((row) => {
        const text = form.row(Buffer.from(row).toString('utf8'), isFirst);
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

function formOf(request: HttpRequest): Form {
  const format = optionalText(request, 'format')?.toLowerCase();
  switch (format) {
    case 'jsonl':
      return LINES;
    case undefined:
      return OBJECT;
    default:
      throw notImplemented(`A stream as ${format}`);
  }
}

const post: DatabaseHandler = async (request, context) =>
  stream(await queryOfBody(request), request, context);
const get: DatabaseHandler = (request, context) => stream(queryOfUrl(request), request, context);

export const streamQueryRoutes = [
  databaseRoute('POST /streams/queries', 'Read', post),
  databaseRoute('GET /streams/queries', 'Read', get),
];
