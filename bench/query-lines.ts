import { type City, readCities, sampleOf } from './city-documents.ts';
import { createDatabase, deleteDatabase } from './cluster-setup.ts';
import type { Line } from './line.ts';
import { runLoad } from './node-process.ts';
import { cpuMicroseconds } from './process-usage.ts';
import type { Subject } from './single-node-lines.ts';

const DATABASE = 'bench-queries';
const DOCUMENTS_PER_BATCH = 1000;
/** Different parameters of a query: more than any cache of answers would hold on to by accident. */
const PARAMETERS = 5000;
const WARM_UP_MS = 2_000;
/** Longest wait for an index, as the protocol writes it. */
const INDEX_WAIT = '00:10:00';
const PAGE = 25;

/** A query with the parameters that its requests choose from, as JSON texts. */
interface BenchQuery {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly string[];
  readonly connections: readonly number[];
}

/** The lines of queries and indexing of one server, over all cities, on a database made and dropped for them. */
export async function measureQueries(subject: Subject, durationMs: number): Promise<Line[]> {
  const cities = readCities();
  await createDatabase(subject.url, DATABASE, 1);
  await loadCities(subject.url, cities);
  // Both sides compile while they run: indexes that are made for the first time measure their compilers.
  await indexingLines(subject, cities.length);
  await deleteIndexes(subject.url);
  const lines = await indexingLines(subject, cities.length);
  for (const query of queriesOver(cities)) lines.push(...(await queryLines(subject, query, durationMs)));
  await deleteDatabase(subject.url, DATABASE);
  return lines;
}

function queriesOver(cities: readonly City[]): readonly BenchQuery[] {
  const sample = sampleOf(cities, PARAMETERS);
  const parametersOf = (parameters: (city: City) => object): readonly string[] =>
    sample.map((city) => JSON.stringify(parameters(city)));
  return [
    {
      name: 'equality',
      text: 'from Cities where name = $name',
      parameters: parametersOf(({ name }) => ({ name })),
      connections: [1, 32, 128],
    },
    {
      name: 'range, ordered page',
      text: `from Cities where population between $from and $to order by name limit ${PAGE}`,
      parameters: parametersOf(({ population }) => ({ from: population, to: Math.ceil(population * 1.1) })),
      connections: [32],
    },
    {
      name: 'full text',
      text: `from Cities where search(name, $words) limit ${PAGE}`,
      parameters: parametersOf(({ name }) => ({ words: name })),
      connections: [32],
    },
    {
      name: 'groups, ordered',
      text: 'from Cities group by country order by count() desc select country, count(), sum(population) limit 10',
      parameters: ['{}'],
      connections: [32],
    },
    {
      name: 'groups of a size, ordered',
      text: 'from Cities group by country where count() > $least order by count() desc select country, count(), sum(population) limit 10',
      parameters: Array.from({ length: PARAMETERS }, (_, least) => JSON.stringify({ least })),
      connections: [32],
    },
  ];
}

/** How fast indexes are made over everything that is there. */
async function indexingLines(subject: Subject, documents: number): Promise<Line[]> {
  const { url } = subject;
  const auto = await indexingLine(subject, 'indexing, auto index', documents, () =>
    fresh(url, 'from Cities where name = "x" and population > 1 and search(name, "x")'),
  );
  const groups = await indexingLine(subject, 'indexing, groups', documents, () =>
    fresh(url, 'from Cities group by country select country, count(), sum(population)'),
  );
  const written = await indexingLine(subject, 'indexing, C# index', documents, async () => {
    await putIndex(url, 'Bench', 'from c in docs.Cities select new { c.name, c.population, c.country }');
    await fresh(url, "from index 'Bench' where name = 'x'");
  });
  await send(`${url}/databases/${DATABASE}/indexes?name=Bench`, 'DELETE');
  return [auto, groups, written];
}

async function indexingLine(
  subject: Subject,
  name: string,
  documents: number,
  index: () => Promise<void>,
): Promise<Line> {
  const before = subject.pid === null ? 0 : cpuMicroseconds(subject.pid);
  const started = performance.now();
  await index();
  const seconds = (performance.now() - started) / 1000;
  return {
    name,
    subject: subject.name,
    perSecond: documents / seconds,
    cpuMicroseconds: subject.pid === null ? null : (cpuMicroseconds(subject.pid) - before) / documents,
    p50Ms: null,
    p99Ms: null,
  };
}

async function queryLines(subject: Subject, query: BenchQuery, durationMs: number): Promise<Line[]> {
  const load = {
    url: subject.url,
    method: 'POST',
    path: `/databases/${DATABASE}/queries`,
    body: `{"Query":${JSON.stringify(query.text)},"QueryParameters":{v}}`,
    values: query.parameters,
  };
  await fresh(subject.url, query.text, query.parameters[0]);
  await runLoad({ ...load, connections: 32, durationMs: Math.min(durationMs, WARM_UP_MS) });
  const lines: Line[] = [];
  for (const connections of query.connections) {
    const before = subject.pid === null ? 0 : cpuMicroseconds(subject.pid);
    const result = await runLoad({ ...load, connections, durationMs });
    const cpu = subject.pid === null ? null : cpuMicroseconds(subject.pid) - before;
    lines.push({
      name: `${query.name}, ${connections} connections`,
      subject: subject.name,
      perSecond: result.operations / result.seconds,
      cpuMicroseconds: cpu === null ? null : cpu / result.operations,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
    });
  }
  return lines;
}

async function loadCities(url: string, cities: readonly City[]): Promise<void> {
  for (let from = 0; from < cities.length; from += DOCUMENTS_PER_BATCH) {
    const Commands = cities.slice(from, from + DOCUMENTS_PER_BATCH).map((city) => ({
      Id: `cities/${city.cityId}`,
      ChangeVector: null,
      Document: { ...city, '@metadata': { '@collection': 'Cities' } },
      Type: 'PUT',
    }));
    await send(`${url}/databases/${DATABASE}/bulk_docs`, 'POST', { Commands });
  }
}

/** Asks until the answer holds every document. */
async function fresh(url: string, query: string, parameters = '{}'): Promise<void> {
  const answer = await send(`${url}/databases/${DATABASE}/queries`, 'POST', {
    Query: query,
    QueryParameters: JSON.parse(parameters),
    WaitForNonStaleResults: true,
    WaitForNonStaleResultsTimeout: INDEX_WAIT,
  });
  if (!answer.includes('"IsStale":false')) throw new Error(`${url} did not index in ${INDEX_WAIT}: ${query}`);
}

async function deleteIndexes(url: string): Promise<void> {
  const indexes = `${url}/databases/${DATABASE}/indexes`;
  const { Results } = JSON.parse(await send(`${indexes}?namesOnly=true`, 'GET')) as { Results: string[] };
  for (const name of Results) await send(`${indexes}?name=${encodeURIComponent(name)}`, 'DELETE');
}

async function putIndex(url: string, name: string, map: string): Promise<void> {
  await send(`${url}/databases/${DATABASE}/admin/indexes`, 'PUT', {
    Indexes: [{ Name: name, Maps: [map], Fields: {} }],
  });
}

async function send(url: string, method: string, body?: object): Promise<string> {
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 500)}`);
  return text;
}
