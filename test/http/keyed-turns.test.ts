import { expect, it } from 'vitest';
import { KeyedTurns } from '../../node/http/handlers/batch/keyed-turns.ts';

it('does work under one key in its order, whatever becomes of it, and under others meanwhile', async () => {
  const turns = new KeyedTurns();
  const told: string[] = [];
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const work = (what: string, until: Promise<void>) => async () => {
    told.push(`${what} begins`);
    await until;
    told.push(`${what} ends`);
  };
  const first = turns.run('a', async () => {
    await work('first', held)();
    throw new Error('it fails');
  });
  const second = turns.run('a', work('second', Promise.resolve()));
  await turns.run('b', work('other', Promise.resolve()));
  expect(told).toEqual(['first begins', 'other begins', 'other ends']);
  release();
  await expect(first).rejects.toThrow('it fails');
  await second;
  expect(told.slice(3)).toEqual(['first ends', 'second begins', 'second ends']);
});
