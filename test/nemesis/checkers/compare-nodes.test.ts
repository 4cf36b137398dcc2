import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { compareDocuments, compareStates, type MaintenanceStats } from './compare-nodes.ts';

const node = (
  AppliedIndex: number,
  StateComparedAt: number | null,
  StateDiffersAt: number | null = null,
) => ({
  AppliedIndex,
  StateComparedAt,
  StateDiffersAt,
});

/** What the leader tells, look by look; the last again and again. */
const telling = (...looks: readonly MaintenanceStats[]) => {
  let at = 0;
  return async () => looks[Math.min(at++, looks.length - 1)] ?? {};
};

describe('compareStates', () => {
  it('waits for a comparison that is not from before, and finds nothing where all are equal', async () => {
    const looks = telling(
      { A: node(90, 90), B: node(70, 60), C: node(90, null) },
      { A: node(95, 95), B: node(95, 89), C: node(95, 95) },
      { A: node(95, 95), B: node(95, 90), C: node(95, 95) },
      { A: node(95, 95), B: node(95, 90, 90), C: node(95, 95) },
    );
    expect(await compareStates(looks)).toEqual([]);
  });

  it('finds the node whose state is another', async () => {
    const found = await compareStates(telling({ A: node(90, 90), B: node(90, 90, 90) }));
    expect(found).toMatchObject([
      { anomaly: 'state-differs', explanation: expect.stringContaining('node B') },
    ]);
  });
});

/** A node that has these documents. */
async function copyOf(documents: Readonly<Record<string, number>>) {
  const Results = Object.entries(documents).map(([id, N]) => ({ N, '@metadata': { '@id': id } }));
  const server = createServer((_, response) => response.end(JSON.stringify({ Results })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe('compareDocuments', () => {
  it.each<[what: string, copies: Readonly<Record<string, number>>[], found: RegExp | null]>([
    [
      'the same in another order',
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      null,
    ],
    ['one that is missing', [{ a: 1, b: 2 }, { a: 1 }], /^1 documents .* b: .*"N":2.* \/ is missing$/],
    ['one that is there too much', [{ a: 1 }, { a: 1 }, { a: 1, b: 2 }], /^1 documents .* b: is missing \/ /],
    ['another content', [{ a: 1 }, { a: 2 }], /^1 documents .* a: .*"N":1.* \/ .*"N":2/],
  ])('judges copies with %s', async (_, documents, found) => {
    const copies = await Promise.all(documents.map(copyOf));
    try {
      const findings = await compareDocuments(copies, 'shop');
      expect(findings.map(({ anomaly }) => anomaly)).toEqual(found === null ? [] : ['copies-differ']);
      if (found !== null) expect(findings[0]?.explanation).toMatch(found);
    } finally {
      for (const { server } of copies) server.close();
    }
  });
});
