// A tour of RavenCluster with the official RavenDB client. Start the cluster first: npm start
import { CreateDatabaseOperation, DocumentStore, GetDatabaseRecordOperation } from 'ravendb';

const urls = (
  process.env.RAVENCLUSTER_URLS ?? 'http://127.0.0.1:8080,http://127.0.0.1:8081,http://127.0.0.1:8082'
).split(',');
const database = `tour-${Date.now()}`;

// The client derives the collection from the class: Users. Plain objects name theirs in @metadata.
class User {
  constructor(name, born) {
    this.name = name;
    this.born = born;
  }
}

const store = new DocumentStore(urls, database);
store.initialize();

// A database with a copy on three nodes: the whole cluster agrees, or it is not created.
await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: database }, 3));
const record = await store.maintenance.server.send(new GetDatabaseRecordOperation(database));
console.log(`Database ${database} lives on nodes ${record.topology.members.join(', ')}`);

// Store documents. The id of the second one comes from a range that the server handed out.
const session = store.openSession();
session.advanced.waitForReplicationAfterSaveChanges({ replicas: 2 });
await session.store(new User('Ada', 1815), 'users/ada');
const grace = new User('Grace', 1906);
await session.store(grace);
await session.saveChanges();
console.log(`Stored users/ada and ${session.advanced.getDocumentId(grace)}, each on three disks`);

// Optimistic concurrency: of two sessions that change the same document, the later one is told.
const first = store.openSession();
const second = store.openSession();
second.advanced.useOptimisticConcurrency = true;
const mine = await first.load('users/ada', User);
const yours = await second.load('users/ada', User);
mine.field = 'mathematics';
await first.saveChanges();
yours.field = 'poetry';
await second.saveChanges().catch((error) => console.log(`As it should be: ${error.name}`));

// Bulk insert: a stream of documents, written in large batches.
const bulk = store.bulkInsert();
for (let i = 0; i < 1000; i++)
  await bulk.store({ number: i, '@metadata': { '@collection': 'Numbers' } }, `numbers/${i}`);
await bulk.finish();

const reader = store.openSession();
const some = await reader.advanced.loadStartingWith('numbers/99', { pageSize: 5 });
console.log(
  `Bulk inserted 1000; those that start with numbers/99: ${some.map((document) => document.id).join(', ')}`,
);

// A query: the index that it needs is made on the way.
const born = await store
  .openSession()
  .query({ collection: 'Users' })
  .waitForNonStaleResults()
  .whereLessThan('born', 1900)
  .all();
console.log(`Born before 1900: ${born.map((user) => user.name).join(', ')}`);

store.dispose();
