import type { RunningQuery } from '../../../index-thread/running-queries.ts';
import { answerMetadata } from '../../answer-metadata.ts';
import { intParameter, requiredText } from '../../parameters/parameters.ts';
import { formatTimeSpan } from '../../parameters/time-span.ts';
import { json, NO_CONTENT, NOT_FOUND } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { timestamp } from '../../timestamp.ts';

/** Lists of running queries by the names of the indexes that they ask. */
const running: DatabaseHandler = (request, { loaded, node }) => {
  const { indexes } = loaded;
  const byIndex = Map.groupBy(indexes.running.all, ({ query }) => indexes.indexNameOf(query));
  return json(200, {
    '@metadata': answerMetadata(request, node),
    ...Object.fromEntries(
      [...byIndex].map(([name, queries]) => [name, queries.map((query) => shown(query, name))]),
    ),
  });
};

function shown({ id, query, isStreaming, startedAtMs, durationMs }: RunningQuery, indexName: string) {
  const { waitMs } = query;
  return {
    DurationInMs: Math.round(durationMs),
    Duration: formatTimeSpan(durationMs),
    IndexName: indexName,
    QueryId: id,
    StartTime: timestamp(new Date(startedAtMs)),
    QueryInfo: {
      PageSize: query.pageSize,
      Query: query.query,
      SkipDuplicateChecking: query.keepsDuplicates === true,
      SkipStatistics: false,
      Start: query.start,
      WaitForNonStaleResults: waitMs !== null,
      WaitForNonStaleResultsTimeout: waitMs === null ? null : formatTimeSpan(waitMs),
    },
    IsStreaming: isStreaming,
  };
}

/** Its client is told at once; the thread stops at the query's next step. */
const kill: DatabaseHandler = (request, { loaded }) => {
  const name = requiredText(request, 'indexName').toLowerCase();
  requiredText(request, 'id');
  const id = intParameter(request, 'id', 0);
  const { indexes } = loaded;
  const found = indexes.running.all.find((query) => query.id === id);
  if (found === undefined || indexes.indexNameOf(found.query).toLowerCase() !== name) return NOT_FOUND;
  return indexes.running.kill(id) ? NO_CONTENT : NOT_FOUND;
};

export const runningQueryRoutes = [
  databaseRoute('GET /debug/queries/running', 'Read', running),
  databaseRoute('POST /debug/queries/kill', 'ReadWrite', kill),
];
