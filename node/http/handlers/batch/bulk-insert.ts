import { bulkInsert as bulkInsertBatch } from '../../../documents/commands/bulk-insert.ts';
import { JsonStreamSplitter } from '../../../json/json-stream-splitter.ts';
import type { RunningOperation } from '../../../landlord/operation-registry.ts';
import { mapError } from '../../errors/error-mapping.ts';
import { errorResponse } from '../../errors/error-response.ts';
import { ProtocolError } from '../../errors/protocol-error.ts';
import { BULK_ITEM_BYTES_MAX, BULK_PAUSE_MS } from '../../limits.ts';
import { boolParameter, requiredInt } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, JSON_TYPE } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { bulkInsertProgress, bulkOperationResult } from '../operations/operation-shapes.ts';
import { BulkBatches } from './bulk-batches.ts';
import { parseBulkItem } from './bulk-item.ts';

/**
 * `[{…},{…}` as long as the client likes, applied while it comes. It ends with the array, not with the request body:
 * client 7.2.6 leaves the body open and waits for the answer.
 */
const bulkInsert: DatabaseHandler = async (request, { loaded }) => {
  const id = requiredInt(request, 'id');
  const skipOverwriteIfUnchanged = boolParameter(request, 'skipOverwriteIfUnchanged', false);
  // Known before the first document is written, since a client whose request breaks asks for its state.
  const operation = loaded.operations.start(id, {
    taskType: 'BulkInsert',
    description: 'Bulk Insert',
    killable: true,
  });
  const batches = new BulkBatches(async (items) => {
    const { lastId } = await loaded.database.execute(bulkInsertBatch, { items, skipOverwriteIfUnchanged });
    return lastId;
  });
  try {
    await readStream(request, operation, batches);
    operation.complete(bulkOperationResult(countsOf(batches)));
    return { status: 201, headers: ['Content-Type', JSON_TYPE], closesConnection: true };
  } catch (error) {
    await batches.settle();
    return failed(error, request, operation, batches);
  }
};

async function readStream(
  request: HttpRequest,
  operation: RunningOperation,
  batches: BulkBatches,
): Promise<void> {
  const chunks = request.stream();
  try {
    const splitter = new JsonStreamSplitter({ objectBytesMax: BULK_ITEM_BYTES_MAX });
    while (!splitter.isClosed) {
      const chunk = await nextChunk(chunks, operation.signal, batches);
      if (chunk === undefined) break;
      splitter.push(chunk);
      for (let part = splitter.next(); part !== null; part = splitter.next()) {
        const item = parseBulkItem(part.bytes);
        if (item !== null && batches.add(item)) await batches.flush();
      }
      operation.progress(bulkInsertProgress(countsOf(batches), batches.batchCount, batches.lastId));
    }
    splitter.finish();
    await batches.finish();
  } finally {
    await chunks.return?.();
  }
}

/** undefined at the end. When none comes for a while, what has come is made durable meanwhile. */
async function nextChunk(
  chunks: AsyncIterator<Buffer>,
  signal: AbortSignal,
  batches: BulkBatches,
): Promise<Buffer | undefined> {
  const next = chunks.next();
  if (!batches.isEmpty && !(await comesSoon(next))) await batches.flush();
  const { value, done } = await unlessKilled(next, signal);
  return done === true ? undefined : value;
}

/** Whether the next chunk is here within BULK_PAUSE_MS. */
async function comesSoon(next: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, BULK_PAUSE_MS, false);
  });
  const arrived = next.then(
    () => true as const,
    // Whoever awaits the chunk itself sees the error.
    () => true as const,
  );
  const isHere = await Promise.race([arrived, pause]);
  clearTimeout(timer);
  return isHere;
}

/** As the promise, but rejects at once when somebody kills the operation. */
function unlessKilled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const kill = () => {
      reject(new ProtocolError(500, 'System.OperationCanceledException', 'The operation was canceled.'));
    };
    if (signal.aborted) kill();
    else signal.addEventListener('abort', kill, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', kill));
  });
}

function countsOf(batches: BulkBatches) {
  return { total: batches.storedCount, documents: batches.storedCount };
}

/** Whatever went wrong, the protocol has one answer, with the cause inside; what was stored stays. */
function failed(
  cause: unknown,
  request: HttpRequest,
  operation: RunningOperation,
  batches: BulkBatches,
): HttpResponse {
  const last = batches.lastId === null ? '' : ` Last document ID: '${batches.lastId}'`;
  const message = `Failed to process bulk insert. Inserted ${batches.storedCount} items in ${batches.batchCount} batches.${last}`;
  const error = new ProtocolError(500, 'System.InvalidOperationException', message, {
    Error: `System.InvalidOperationException: ${message}\n ---> ${mapError(cause).detail}`,
  });
  const { type, detail, status, extras } = mapError(error);
  operation.fault({ type, message, error: String(extras.Error ?? detail), statusCode: status });
  return { ...errorResponse(error, request.url), closesConnection: true };
}

export const bulkInsertRoutes = [
  databaseRoute('POST /bulk_insert', 'ReadWrite', bulkInsert, { isHot: true, streamsBody: true }),
];
