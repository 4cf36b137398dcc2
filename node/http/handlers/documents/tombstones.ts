import { answerMetadata } from '../../answer-metadata.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';

/** Nothing holds tombstones of this kind. */
const NOBODY = '9223372036854775807';

/** Removes now what would be removed by and by: tombstones that everybody has seen. */
const cleanUp: DatabaseHandler = async (_request, { loaded }) =>
  json(200, { Value: await loaded.cleanTombstones() });

/** Etags up to which replication lets tombstones go; time series and counters have none. */
const state: DatabaseHandler = (request, { node, loaded }) => {
  const etag = loaded.replication.cleanableTombstoneEtag();
  const text = JSON.stringify({
    '@metadata': answerMetadata(request, node),
    MinAllDocsEtag: etag,
    MinAllTimeSeriesEtag: NOBODY,
    MinAllCountersEtag: NOBODY,
    Results: [...loaded.database.collections().values()].map(({ name }) => ({
      Collection: name,
      Documents: { Component: 'Replication', Etag: etag },
      TimeSeries: { Component: null, Etag: NOBODY },
      Counters: { Component: null, Etag: NOBODY },
    })),
  });
  // .NET's greatest long doesn't fit a number here: it is put in as text and loses its quotes.
  const body = Buffer.from(text.replaceAll(`"${NOBODY}"`, NOBODY));
  return { status: 200, headers: ['Content-Type', 'application/json; charset=utf-8'], body };
};

export const tombstoneRoutes = [
  databaseRoute('POST /admin/tombstones/cleanup', 'Admin', cleanUp),
  databaseRoute('GET /admin/tombstones/state', 'Admin', state),
];
