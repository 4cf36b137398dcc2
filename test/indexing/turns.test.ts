import { describe, expect, it, vi } from 'vitest';
import { MAPPED_DOCUMENTS_MAX } from '../../node/indexing/limits.ts';
import { definitionOf, type IndexedDatabase } from './indexed-database.ts';
import { IndexedDatabases } from './indexed-databases.ts';

/** Every turn is over when it is asked about: how many there are doesn't depend on how fast the machine is. */
vi.mock('../../node/indexing/limits.ts', async (original) => ({
  ...(await original<object>()),
  TURN_MS_MAX: 0,
}));

const databases = new IndexedDatabases();
const DOCUMENTS = 1200;
const DEFINITIONS = [
  definitionOf('Names', "map('Docs', (d) => ({ name: d.name, words: d.words }))"),
  definitionOf('Groups', "map('Docs', (d) => ({ name: d.name, count: 1 }))", {
    Reduce:
      'groupBy((x) => x.name).aggregate((g) => ({ name: g.key, count: g.values.reduce((sum, x) => sum + x.count, 0) }))',
  }),
];

const documentOf = (at: number) => ({ name: `name ${at % 50}`, words: `only ${at}` });

async function load(indexed: IndexedDatabase): Promise<void> {
  await Promise.all(
    Array.from({ length: DOCUMENTS }, (_, at) => indexed.put(`docs/${at}`, 'Docs', documentOf(at))),
  );
}

/** Does something in each turn that others have while the work goes on; gives their number. */
async function inTurnsOf(work: Promise<unknown>, body: (turn: number) => void = () => {}): Promise<number> {
  let isGoingOn = true;
  const ended = work.finally(() => {
    isGoingOn = false;
  });
  let turns = 0;
  while (isGoingOn) {
    body(turns++);
    await new Promise(setImmediate);
  }
  await ended;
  return turns;
}

describe('a batch of many documents', () => {
  it.each(DEFINITIONS.map(({ Name }) => Name))('gives way to others again and again: %s', async (name) => {
    await databases.use(DEFINITIONS, async (indexed) => {
      await load(indexed);
      const turns = await inTurnsOf(indexed.index(name).indexSome());
      expect(indexed.index(name).state.mapAttempts).toBeGreaterThan(0);
      expect(turns).toBeGreaterThan(DOCUMENTS / MAPPED_DOCUMENTS_MAX);
    });
  });

  it('is followed by what was written and deleted while it was made', async () => {
    await databases.use(DEFINITIONS, async (indexed) => {
      await load(indexed);
      const writes: Promise<void>[] = [];
      await inTurnsOf(indexed.step(), (turn) => {
        if (turn > 200) return;
        const at = (turn * 37) % DOCUMENTS;
        writes.push(
          turn % 3 === 0
            ? indexed.delete(`docs/${at}`)
            : indexed.put(`docs/${at + (turn % 2) * 100}`, 'Docs', documentOf(at + 1)),
        );
      });
      await Promise.all(writes);
      expect(writes.length).toBeGreaterThan(DOCUMENTS / MAPPED_DOCUMENTS_MAX);
      await indexed.catchUp();
      const rebuilt = await indexed.rebuilt();
      for (const { Name } of DEFINITIONS) expect(indexed.entries(Name)).toEqual(rebuilt.get(Name));
    });
  });
});
