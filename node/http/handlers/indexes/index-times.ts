import type { IndexTimes } from '../../../index-thread/thread-protocol.ts';
import type { BatchTime } from '../../../indexing/local/batch-times.ts';
import { sizeObject } from '../../humane-size.ts';
import { formatTimeSpan } from '../../parameters/time-span.ts';
import type { HttpRequest } from '../../request.ts';
import { json } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { shownTime } from './index-shapes.ts';

/** Of the indexes that are named, or of all; names that there are not are skipped. */
async function timesOf(request: HttpRequest, { loaded }: DatabaseContext): Promise<readonly IndexTimes[]> {
  const names = new Set(request.query.all('name').map((name) => name.toLowerCase()));
  const all = await loaded.indexes.times();
  return names.size === 0 ? all : all.filter(({ name }) => names.has(name.toLowerCase()));
}

/** How the last batches of indexes went. */
const performance: DatabaseHandler = async (request, context) =>
  json(200, {
    Results: (await timesOf(request, context)).map(({ name, batches }) => ({
      Name: name,
      Performance: batches.map(batchShape),
    })),
  });

/** How long indexes have worked since the node opened them, and how long ago they did last. */
const totalTime: DatabaseHandler = async (request, context) => {
  const nowMs = Date.now();
  return json(200, {
    Results: (await timesOf(request, context)).map(({ name, totalMs, lastIndexedAt }) => ({
      Name: name,
      TotalIndexingTime: formatTimeSpan(Math.round(totalMs)),
      LagTime: lastIndexedAt === null ? null : formatTimeSpan(Math.max(0, nowMs - Date.parse(lastIndexedAt))),
    })),
  });
};

function batchShape(batch: BatchTime) {
  const { startedAtMs, durationMs, documents, failures } = batch;
  return {
    Id: batch.id,
    Completed: shownTime(new Date(startedAtMs + durationMs).toISOString()),
    Details: operation('Indexing', durationMs, [
      operation(batch.feed === 'documents' ? 'Map' : 'References', batch.mapMs, [
        operation(sourceOf(batch), batch.mapMs),
      ]),
      operation('Reduce', batch.reduceMs),
      operation('SaveOutputDocuments', batch.outputsMs),
      operation('Storage/Commit', batch.commitMs),
    ]),
    InputCount: documents,
    FailedCount: failures,
    OutputCount: batch.outputs,
    SuccessCount: Math.max(0, documents - failures),
    Started: shownTime(new Date(startedAtMs).toISOString()),
    DurationInMs: rounded(durationMs),
    AllocatedManagedBytes: null,
    AllocatedUnmanagedBytes: sizeObject(0),
    DocumentsSize: sizeObject(batch.documentBytes),
    TombstoneDeleteSuccesses: 0,
  };
}

function sourceOf({ feed, collection }: BatchTime): string {
  return feed === 'values' ? 'Collection_CompareExchange' : `Collection_${collection ?? '@all_docs'}`;
}

function operation(name: string, ms: number, operations: readonly object[] = []): object {
  return {
    Name: name,
    DurationInMs: rounded(ms),
    ReduceDetails: null,
    MapDetails: null,
    CleanupDetails: null,
    LuceneMergeDetails: null,
    CommitDetails: null,
    Operations: operations,
    ReferenceDetails: null,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

export const indexTimesRoutes = [
  databaseRoute('GET /indexes/performance', 'Read', performance),
  databaseRoute('GET /indexes/total-time', 'Read', totalTime),
];
