import { expect, it } from 'vitest';
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { consistentRead, InconsistentReadError } from '../../node/documents/consistent-read.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

it('a read sees one moment, though batches become visible while it runs', async () => {
  const databases = await TemporaryDatabases.create();
  try {
    const database = await databases.open();
    let isWriting = true;
    let torn = 0;
    let runs = 0;
    let reads = 0;
    const writing = (async () => {
      for (let n = 0; isWriting; n++) {
        const items = ['a', 'b'].map((id) => ({ id, document: documentOf({ n }) }));
        await database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
      }
    })();
    // Until reads were overtaken often enough to have run again; without that the claim would be empty.
    while (runs - reads < 20) {
      const [a, b] = database.read((reader) => {
        runs++;
        const first = reader.get('a')?.body.toString();
        // Time for the writer thread to make what it holds visible.
        for (const end = performance.now() + 1; performance.now() < end; );
        return [first, reader.get('b')?.body.toString()];
      });
      reads++;
      if (a !== b) torn++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    isWriting = false;
    await writing;
    expect(torn).toBe(0);
  } finally {
    await databases.dispose();
  }
});

it('a read of one access needs no second look, one of several is run until nothing came in between', () => {
  const clock = { sequence: 0, accesses: 0 };
  let runs = 0;
  const readTwice = (overtaken: number) =>
    consistentRead(clock, () => {
      clock.accesses += 2;
      if (runs++ < overtaken) clock.sequence++;
      return runs;
    });
  expect(readTwice(2)).toBe(3);
  runs = 0;
  expect(() => readTwice(100)).toThrow(InconsistentReadError);
  expect(
    consistentRead(clock, () => {
      clock.accesses++;
      return ++clock.sequence;
    }),
  ).toBe(clock.sequence);
});

it('an error of a read counts only when nothing came in between', () => {
  const clock = { sequence: 0, accesses: 0 };
  const read = (isOvertakenFirst: boolean) => {
    let runs = 0;
    return consistentRead(clock, () => {
      clock.accesses += 2;
      if (runs++ > 0) return 'fine';
      if (isOvertakenFirst) clock.sequence++;
      throw new Error('torn');
    });
  };
  expect(read(true)).toBe('fine');
  expect(() => read(false)).toThrow('torn');
});
