import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndexedDatabase } from './indexed-database.ts';

let database: IndexedDatabase;

beforeAll(async () => {
  database = await IndexedDatabase.open();
  await database.put('1', { name: `${'a'.repeat(60)}b`, n: 1 }, 'Things');
  await database.put('2', { name: 'short', n: 2 }, 'Things');
});
afterAll(() => database.close());

describe('a regular expression that would take years', () => {
  it.each(['where', 'filter'])('is refused in time in %s, and the thread goes on', async (clause) => {
    const asked = database.query(`from Things ${clause} regex(name, '^(a+)+$')`);
    await expect(asked).rejects.toThrow('takes more than 2000 ms');
    expect(await database.ids(`from Things ${clause} regex(name, '^S.*t$')`)).toEqual(['2']);
  });

  it('is refused where it only counts for the order', async () => {
    const asked = database.query("from Things where n = 2 or boost(regex(name, '^(a+)+$'), 2)");
    await expect(asked).rejects.toThrow('takes more than 2000 ms');
  });
});
