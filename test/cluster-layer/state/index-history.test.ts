import { describe, expect, it } from 'vitest';
import type { PutIndexes } from '../../../node/cluster/index-commands.ts';
import { INDEX_HISTORY_CHARACTERS_MAX, INDEX_HISTORY_MAX } from '../../../node/cluster/limits.ts';
import { historyOf, indexesHistory } from '../../../node/cluster/state/index-history.ts';
import { Machine } from './machine.ts';

const definition = (map: string, more: object = {}) => ({ Name: 'Sums', Maps: [map], ...more });

function machine(): Machine {
  const one = new Machine();
  one.create('shop', 'A');
  return one;
}

const put = (one: Machine, ...definitions: PutIndexes['definitions']) =>
  one.apply({
    type: 'PutRecordedIndexes',
    name: 'shop',
    definitions,
    rolling: [],
    source: 'A',
  });

function historyIn(one: Machine, name = 'Sums') {
  const record = one.record('shop')?.record;
  return record === undefined ? undefined : historyOf(indexesHistory(record), name);
}

const mapsIn = (one: Machine) => historyIn(one)?.map(({ Definition }) => (Definition.Maps as string[])[0]);

describe('the history of an index', () => {
  it('has the definitions that it had, the newest first, with when and where they were put', () => {
    const one = machine();
    one.clockMs = Date.parse('2026-01-02T03:04:05.678Z');
    put(one, definition('1'));
    put(one, definition('1'));
    put(one, definition('2'));
    put(one, definition('2', { Priority: 'High' }));
    expect(mapsIn(one)).toEqual(['2', '2', '1']);
    expect(historyIn(one, 'SUMS')?.[0]).toEqual({
      Definition: definition('2', { Priority: 'High' }),
      CreatedAt: '2026-01-02T03:04:05.6780000Z',
      Source: 'A',
      RollingDeployment: {},
    });
  });

  it('does not change with a lock, or when a locked index is left as it is', () => {
    const one = machine();
    put(one, definition('1'));
    one.apply({
      type: 'EditIndexes',
      name: 'shop',
      indexes: ['Sums'],
      members: { LockMode: 'LockedIgnore' },
    });
    put(one, definition('2'));
    expect(mapsIn(one)).toEqual(['1']);
  });

  it('goes with the index, and begins anew with one of the same name', () => {
    const one = machine();
    put(one, definition('1'), { Name: 'Other', Maps: ['1'] });
    one.apply({ type: 'DeleteIndexes', name: 'shop', indexes: ['sums'] });
    expect(historyIn(one)).toBeUndefined();
    expect(historyIn(one, 'Other')).toHaveLength(1);
    put(one, { ...definition('2'), Name: 'SUMS' });
    put(one, definition('3'));
    expect(mapsIn(one)).toEqual(['3', '2']);
    expect(Object.keys(indexesHistory(one.record('shop')?.record as never)).sort()).toEqual([
      'Other',
      'Sums',
    ]);
  });

  it('keeps the newest only, by number and by characters', () => {
    const one = machine();
    for (let n = 0; n < INDEX_HISTORY_MAX + 5; n++) put(one, definition(String(n)));
    expect(mapsIn(one)).toEqual(
      Array.from({ length: INDEX_HISTORY_MAX }, (_, n) => String(INDEX_HISTORY_MAX + 4 - n)),
    );
    put(one, definition('x'.repeat(INDEX_HISTORY_CHARACTERS_MAX - 1_000)));
    expect(historyIn(one)?.length).toBeLessThan(INDEX_HISTORY_MAX);
    put(one, definition('y'.repeat(INDEX_HISTORY_CHARACTERS_MAX)));
    expect(historyIn(one)).toEqual([]);
  });

  it('is not kept by commands that nodes of before know', () => {
    const one = machine();
    one.apply({ type: 'PutIndexes', name: 'shop', definitions: [definition('1')] });
    one.apply({ type: 'PutRollingIndexes', name: 'shop', definitions: [definition('2')], rolling: ['Sums'] });
    one.apply({ type: 'DeleteIndexes', name: 'shop', indexes: ['Sums'] });
    expect(one.record('shop')?.record).not.toHaveProperty('IndexesHistory');
  });
});
