import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { differencesOf, essenceOf } from './compare-answers.ts';
import { QUERIES } from './corpus/queries.ts';
import { REQUESTS } from './corpus/requests.ts';
import { EXPLAINED, textOf } from './explained.ts';
import { runDifferential } from './run-differential.ts';

const all = Object.values(QUERIES).flat().map(textOf);

describe('the comparison with another server', () => {
  it('finds no difference between a server and itself', async () => {
    const cluster = await RavenCluster.start(1);
    try {
      const { url } = cluster.node(0);
      const report = await runDifferential(url, url, [
        'logic',
        'facets',
        'syntax',
        'includes',
        'indexAdmin',
        'streams',
        'multiGet',
        'patches',
      ]);
      expect(report.differences).toEqual([]);
      expect(report.asked).toBeGreaterThan(110);
    } finally {
      await cluster.dispose();
    }
  });

  it('has queries with every method of a condition', () => {
    const source = readFileSync(
      join(import.meta.dirname, '../../node/querying/plan/compile-where.ts'),
      'utf8',
    );
    const methods = [...source.matchAll(/^ {4}case '([a-z.]+)':/gm)].map(([, name]) => name ?? '');
    const clauses = new Set(['true', 'and', 'or', 'not', 'comparison', 'between', 'in', 'method']);
    const types = new Set(['number', 'bigint', 'boolean', 'string']);
    const missing = methods.filter(
      (name) =>
        !clauses.has(name) &&
        !types.has(name) &&
        !NOT_COMPARED.has(name) &&
        !all.some((query) => query.toLowerCase().includes(`${name}(`)),
    );
    expect(missing).toEqual([]);
  });

  it('explains nothing that is not asked', () => {
    for (const { topic, queries } of EXPLAINED) {
      const asked = [...(QUERIES[topic] ?? []), ...(REQUESTS[topic] ?? [])].map(textOf);
      expect(asked.some((query) => queries.test(query))).toBe(true);
    }
  });
});

/** Not served yet. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['cmpxchg']);

describe('two answers', () => {
  const answer = (results: readonly object[], more: object = {}) =>
    essenceOf({
      status: 200,
      body: { TotalResults: results.length, IndexName: 'X', Results: results, ...more },
    });
  const ada = { name: 'Ada', '@metadata': { '@id': 'people/1', '@change-vector': 'A:1' } };
  const grace = { name: 'Grace', '@metadata': { '@id': 'people/2', '@change-vector': 'A:2' } };

  it('are alike whatever their times, etags and change vectors', () => {
    const other = { ...ada, '@metadata': { '@id': 'people/1', '@change-vector': 'B:9' } };
    const [a, b] = [answer([ada], { ResultEtag: 1 }), answer([other], { ResultEtag: 2 })];
    expect(differencesOf(a, b)).toEqual([]);
  });

  it.each<[what: string, ours: object[], theirs: object[], line: RegExp]>([
    ['results', [ada], [grace], /^the results: ours \[people\/1\], theirs \[people\/2\]$/],
    ['order', [ada, grace], [grace, ada], /^the order of the results/],
    ['content', [ada], [{ ...ada, name: 'Eve' }], /^the results/],
  ])('differ in their %s', (_, ours, theirs, line) => {
    expect(differencesOf(answer(ours), answer(theirs))).toEqual([expect.stringMatching(line)]);
  });

  it('differ in counts, and where one is an error', () => {
    const error = essenceOf({ status: 500, body: { Type: 'T', Message: 'no\nat' } });
    expect(differencesOf(answer([ada], { SkippedResults: 1 }), answer([ada]))).toHaveLength(1);
    expect(differencesOf(error, answer([ada]))).toEqual(['ours: 500 no', 'theirs: 1 results']);
    expect(differencesOf(error, essenceOf({ status: 500, body: { Message: 'other' } }))).toEqual([]);
  });
});
