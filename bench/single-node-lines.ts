import { bulkLoad } from './bulk-load.ts';
import { createDatabase, deleteDatabase } from './cluster-setup.ts';
import { measureStorageFloor } from './floor-rocksdb.ts';
import type { Line } from './line.ts';
import type { LoadRequest } from './load-worker.ts';
import { runLoad, startFloorHttp } from './node-process.ts';
import { cpuMicroseconds } from './process-usage.ts';
import { SAMPLE_DOCUMENT } from './sample-document.ts';

/** A server to measure: ours, the floor or the peer. Without a pid there is no CPU figure. */
export interface Subject {
  readonly name: Line['subject'];
  readonly url: string;
  readonly pid: number | null;
}

const DATABASE = 'bench';
const BATCH_DOCUMENTS = 100;
const BATCH_CONNECTIONS = 4;
const KEYS = 50_000;
const WARM_UP_CONNECTIONS = 32;
const WARM_UP_MS = 2_000;

async function loadLine(
  subject: Subject,
  name: string,
  load: Omit<LoadRequest, 'url'>,
  perOperation = 1,
): Promise<Line> {
  const before = subject.pid === null ? 0 : cpuMicroseconds(subject.pid);
  const result = await runLoad({ ...load, url: subject.url });
  const cpu = subject.pid === null ? null : cpuMicroseconds(subject.pid) - before;
  const operations = result.operations * perOperation;
  return {
    name,
    subject: subject.name,
    perSecond: operations / result.seconds,
    cpuMicroseconds: cpu === null ? null : cpu / operations,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}

const putLoad = (connections: number, durationMs: number) => ({
  method: 'PUT',
  path: `/databases/${DATABASE}/docs?id=docs/{n}`,
  body: SAMPLE_DOCUMENT,
  keys: KEYS,
  connections,
  durationMs,
});

const getLoad = (connections: number, durationMs: number, documents: number = KEYS) => ({
  method: 'GET',
  path: `/databases/${DATABASE}/docs?id=bulk/{n}`,
  keys: Math.min(KEYS, documents),
  connections,
  durationMs,
});

function batchBody(): string {
  const commands = Array.from(
    { length: BATCH_DOCUMENTS },
    (_, i) => `{"Id":"batch/{n}-${i}","ChangeVector":null,"Document":${SAMPLE_DOCUMENT},"Type":"PUT"}`,
  );
  return `{"Commands":[${commands.join(',')}]}`;
}

/** The lines of one document server, on a database made and dropped for them. */
export async function measureDocuments(subject: Subject, durationMs: number): Promise<Line[]> {
  await createDatabase(subject.url, DATABASE, 1);
  // Both sides compile while they run: the first second measures their compilers.
  await runLoad({ ...putLoad(WARM_UP_CONNECTIONS, Math.min(durationMs, WARM_UP_MS)), url: subject.url });
  const lines: Line[] = [];
  const before = subject.pid === null ? 0 : cpuMicroseconds(subject.pid);
  const bulk = await bulkLoad(subject.url, DATABASE, SAMPLE_DOCUMENT, durationMs);
  const cpu = subject.pid === null ? null : (cpuMicroseconds(subject.pid) - before) / bulk.documents;
  const rate = bulk.documents / bulk.seconds;
  lines.push({
    name: 'bulk insert',
    subject: subject.name,
    perSecond: rate,
    cpuMicroseconds: cpu,
    p50Ms: null,
    p99Ms: null,
  });
  for (const connections of [1, 32, 128]) {
    lines.push(await loadLine(subject, `put, ${connections} connections`, putLoad(connections, durationMs)));
  }
  for (const connections of [32, 128]) {
    lines.push(
      await loadLine(
        subject,
        `get, ${connections} connections`,
        getLoad(connections, durationMs, bulk.documents),
      ),
    );
  }
  const batch = { method: 'POST', path: `/databases/${DATABASE}/bulk_docs`, body: batchBody() };
  lines.push(
    await loadLine(
      subject,
      `batches of ${BATCH_DOCUMENTS}`,
      { ...batch, connections: BATCH_CONNECTIONS, durationMs },
      BATCH_DOCUMENTS,
    ),
  );
  await deleteDatabase(subject.url, DATABASE);
  return lines;
}

/** What bare node:http and bare RocksDB do on the same machine in the same run. */
export async function measureFloor(durationMs: number): Promise<Line[]> {
  const server = await startFloorHttp(SAMPLE_DOCUMENT);
  const subject: Subject = { name: 'floor', url: server.url, pid: server.pid };
  const lines: Line[] = [];
  for (const connections of [1, 32, 128]) {
    lines.push(await loadLine(subject, `put, ${connections} connections`, putLoad(connections, durationMs)));
  }
  for (const connections of [32, 128]) {
    lines.push(await loadLine(subject, `get, ${connections} connections`, getLoad(connections, durationMs)));
  }
  await server.stop();
  const document = Buffer.from(SAMPLE_DOCUMENT);
  const storage: readonly (readonly [name: string, batchSize: number])[] = [
    ['bulk insert', 1000],
    [`batches of ${BATCH_DOCUMENTS}`, BATCH_DOCUMENTS],
  ];
  for (const [name, batchSize] of storage) {
    const floor = await measureStorageFloor(document, batchSize, durationMs);
    lines.push({
      name,
      subject: 'floor',
      perSecond: floor.operations / floor.seconds,
      cpuMicroseconds: floor.cpuMicroseconds / floor.operations,
      p50Ms: null,
      p99Ms: null,
    });
  }
  return lines;
}
