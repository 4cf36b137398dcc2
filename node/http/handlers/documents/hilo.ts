import { hiloNext, hiloReturn } from '../../../documents/commands/hilo.ts';
import { INT_MAX, intParameter, optionalText, requiredText } from '../../parameters/parameters.ts';
import { empty, JSON_TYPE, json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';

/** A range of numbers for the ids of one client. */
const next: DatabaseHandler = async (request, { loaded }) => {
  const range = await loaded.database.execute(hiloNext, {
    tag: requiredText(request, 'tag'),
    lastBatchSize: intParameter(request, 'lastBatchSize', 0),
    lastRangeAt: optionalText(request, 'lastRangeAt') ?? null,
    identityPartsSeparator: optionalText(request, 'identityPartsSeparator') ?? '/',
    lastMax: intParameter(request, 'lastMax', 0),
  });
  return json(201, {
    Prefix: range.prefix,
    Low: range.low,
    High: range.high,
    LastSize: range.lastSize,
    ServerTag: range.serverTag,
    LastRangeAt: range.lastRangeAt,
  });
};

/** What a client that ends hasn't used; also for a tag that nobody knows. */
const giveBack: DatabaseHandler = async (request, { loaded }) => {
  await loaded.database.execute(hiloReturn, {
    tag: requiredText(request, 'tag'),
    end: intParameter(request, 'end', 0),
    last: intParameter(request, 'last', INT_MAX),
  });
  return empty(200, ['Content-Type', JSON_TYPE]);
};

export const hiloRoutes = [
  databaseRoute('GET /hilo/next', 'ReadWrite', next),
  databaseRoute('PUT /hilo/return', 'ReadWrite', giveBack),
];
