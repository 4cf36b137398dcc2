import { type Difference, runDifferential } from './run-differential.ts';

/** `npm run differential -- <our URL> <URL of a RavenDB>`: ends with 1 when there is a difference that nobody explained. */
const [ourUrl, theirUrl] = process.argv.slice(2);
if (ourUrl === undefined || theirUrl === undefined) {
  console.error('Usage: npm run differential -- http://127.0.0.1:8080 http://127.0.0.1:8081');
  process.exit(2);
}

const { asked, differences, settled } = await runDifferential(ourUrl, theirUrl);
const unexplained = differences.filter(({ explanation }) => explanation === undefined);
for (const { topic, query, lines } of unexplained) {
  console.log(`${topic}: ${shown(query)}\n${lines.map((line) => `    ${line}`).join('\n')}`);
}
for (const why of settled) console.log(`explained, but nothing differs: ${why}`);
for (const [why, count] of counted(differences)) console.log(`explained, ${count}: ${why}`);
console.log(`${asked} queries, ${differences.length} differ, ${unexplained.length} of them unexplained`);
process.exitCode = unexplained.length === 0 ? 0 : 1;

function shown(query: Difference['query']): string {
  if (typeof query === 'string') return query;
  if ('method' in query) return `${query.method} ${query.path} ${JSON.stringify(query.body ?? null)}`;
  return `${query[0]} with ${JSON.stringify(query.slice(1))}`;
}

function counted(all: readonly Difference[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { explanation } of all) {
    if (explanation !== undefined) counts.set(explanation, (counts.get(explanation) ?? 0) + 1);
  }
  return counts;
}
