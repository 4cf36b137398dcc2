import type { DocumentStore } from 'ravendb';
import * as ravendb7 from 'ravendb';
import * as ravendb5 from 'ravendb-5';

export type OfficialClient = typeof ravendb7;

/** The published clients, as their users install them. What the tests use has the same shape in both. */
export const OFFICIAL_CLIENTS: readonly { readonly version: string; readonly client: OfficialClient }[] = [
  { version: '7.2.6', client: ravendb7 },
  { version: '5.4.3', client: ravendb5 as unknown as OfficialClient },
];

/** A store for a new database. */
export async function storeOfNew(
  database: string,
  client: OfficialClient,
  url: string,
): Promise<DocumentStore> {
  const store = new client.DocumentStore(url, database);
  store.initialize();
  await store.maintenance.server.send(new client.CreateDatabaseOperation({ databaseName: database }));
  return store;
}
