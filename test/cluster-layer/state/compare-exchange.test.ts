import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { compareExchangeValues } from '../../../node/cluster/compare-exchange-values.ts';
import { VALUES_REMOVED_AT_ONCE } from '../../../node/cluster/limits.ts';
import { hasValuesToClean } from '../../../node/cluster/state/clean-values.ts';
import { EXPIRIES, VALUE_DIGESTS, VALUES } from '../../../node/cluster/state/state-keys.ts';
import { Machine } from './machine.ts';

let machine: Machine;
beforeEach(() => {
  machine = new Machine();
  machine.create('shop', 'A');
});

const put = (key: string, index: number, value = '{"Object":1}', expiresAtMs: number | null = null) =>
  machine.apply({ type: 'PutCompareExchange', database: 'shop', key, index, value, expiresAtMs });
const remove = (key: string, index: number) =>
  machine.apply({ type: 'DeleteCompareExchange', database: 'shop', key, index });
const clean = () => machine.apply({ type: 'CleanValues' });
const values = () => compareExchangeValues(machine.reader, 'SHOP');
const keys = () =>
  values()
    .list('', 1000)
    .map(({ key }) => key);

describe('PutCompareExchange', () => {
  it('makes a value that is missing, and only then, when the index is 0', () => {
    expect(put('k', 0)).toEqual({ isSuccessful: true, index: 2, value: null });
    expect(put('k', 0, '{"Object":2}')).toEqual({ isSuccessful: false, index: 2, value: '{"Object":1}' });
    expect(values().find('k')).toMatchObject({ index: 2, value: '{"Object":1}' });
  });

  it('replaces a value that stands at the index, and tells what stands there otherwise', () => {
    put('k', 0);
    expect(put('k', 2, '{"Object":2}')).toMatchObject({ isSuccessful: true, index: 3 });
    expect(put('k', 2)).toEqual({ isSuccessful: false, index: 3, value: '{"Object":2}' });
    expect(put('other', 7)).toEqual({ isSuccessful: false, index: 0, value: null });
  });

  it('compares keys without case and keeps the first spelling', () => {
    put('Key', 0);
    expect(put('kEY', 0)).toMatchObject({ isSuccessful: false });
    expect(put('KEY', 2)).toMatchObject({ isSuccessful: true });
    expect(keys()).toEqual(['Key']);
  });

  it('refuses a key of more than 512 bytes and a database that does not exist', () => {
    expect(put('ä'.repeat(256), 0)).toMatchObject({ isSuccessful: true });
    expect(put(`${'ä'.repeat(256)}x`, 0)).toBe('CompareExchangeKeyTooBigError');
    const command = {
      type: 'PutCompareExchange',
      key: 'k',
      index: 0,
      value: '{}',
      expiresAtMs: null,
    } as const;
    expect(machine.apply({ ...command, database: 'none' })).toBe('DatabaseDoesNotExistError');
  });
});

describe('DeleteCompareExchange', () => {
  it('gives the old value, and refuses another index and a missing value', () => {
    put('k', 0);
    expect(remove('k', 1)).toEqual({ isSuccessful: false, index: 2, value: '{"Object":1}' });
    expect(remove('K', 2)).toEqual({ isSuccessful: true, index: 4, value: '{"Object":1}' });
    expect(remove('k', 2)).toEqual({ isSuccessful: false, index: 0, value: null });
    expect(remove('k', 0)).toEqual({ isSuccessful: false, index: 0, value: null });
    expect(keys()).toEqual([]);
  });
});

describe('CleanValues', () => {
  const now = 1_700_000_001_000;
  beforeEach(() => {
    machine.clockMs = now;
  });

  it('removes what has expired by the clock of the command, and nothing else', () => {
    put('past', 0, '{}', now - 1);
    put('now', 0, '{}', now);
    put('future', 0, '{}', now + 1);
    put('never', 0);
    expect(clean()).toEqual({ removed: 2, isDone: true });
    expect(keys()).toEqual(['future', 'never']);
    expect(hasValuesToClean(machine.reader, now)).toBe(false);
    expect(hasValuesToClean(machine.reader, now + 1)).toBe(true);
  });

  it('goes by the last write of a value', () => {
    put('kept', 0, '{}', now - 1);
    put('kept', 2, '{}');
    put('moved', 0, '{}', now - 1);
    put('moved', 4, '{}', now + 5);
    put('gone', 0, '{}', now - 1);
    remove('gone', 6);
    expect(clean()).toEqual({ removed: 0, isDone: true });
    expect(keys()).toEqual(['kept', 'moved']);
    expect(machine.reader.list(EXPIRIES)).toHaveLength(1);
  });

  it('removes what a deleted database left, in pieces, and never that of another or of one of the same name', () => {
    for (let i = 0; i < VALUES_REMOVED_AT_ONCE + 5; i++) put(`k${i}`, 0, '{}', i === 0 ? now + 1 : null);
    machine.drop('shop');
    expect(hasValuesToClean(machine.reader, now)).toBe(true);
    machine.create('shop', 'A');
    expect(keys()).toEqual([]);
    put('k1', 0);
    expect(clean()).toEqual({ removed: VALUES_REMOVED_AT_ONCE, isDone: false });
    expect(clean()).toEqual({ removed: 5, isDone: true });
    expect(hasValuesToClean(machine.reader, now + 1)).toBe(false);
    expect(keys()).toEqual(['k1']);
    expect(machine.reader.list(VALUES)).toHaveLength(1);
    expect(machine.reader.list(EXPIRIES)).toHaveLength(0);
  });
});

describe('the digest of the values', () => {
  const digest = () => machine.reader.list(VALUE_DIGESTS).map(([, value]) => value);

  it('is that of the values alone, however they came to be, and tells apart what differs', () => {
    put('a', 0);
    const one = digest();
    put('b', 0);
    const two = digest();
    expect(two).not.toEqual(one);
    remove('b', 3);
    expect(digest()).toEqual(one);
    put('a', 2);
    expect(digest()).not.toEqual(one);
  });

  it('goes with the last value of a deleted database', () => {
    put('a', 0);
    machine.drop('shop');
    clean();
    expect(digest()).toEqual([]);
  });
});

describe('listing', () => {
  it('goes by the start of the key, without case, in the order of bytes, and on behind a key', () => {
    for (const key of ['b', 'A1', 'a2', 'a%', 'a/', '\u{ffff}', '\u{10000}']) put(key, 0);
    const list = (prefix: string, limit = 10, after?: string) =>
      values()
        .list(prefix, limit, after)
        .map(({ key }) => key);
    expect(list('A')).toEqual(['a%', 'a/', 'A1', 'a2']);
    expect(list('a', 2, 'A/')).toEqual(['A1', 'a2']);
    expect(list('')).toEqual(['a%', 'a/', 'A1', 'a2', 'b', '\u{ffff}', '\u{10000}']);
  });
});

it('does what a map with an index for each key does', () => {
  const key = fc.constantFrom('a', 'A', 'b');
  const operation = fc.record({ kind: fc.constantFrom('put', 'remove'), key, guess: fc.nat(4) });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      machine = new Machine();
      machine.create('shop', 'A');
      const model = new Map<string, { index: number; value: string }>();
      for (const [at, { kind, key, guess }] of operations.entries()) {
        const lower = key.toLowerCase();
        const current = model.get(lower);
        // Mostly the right index, so that something happens.
        const index = guess === 0 ? at : (current?.index ?? 0);
        const value = `{"Object":${at}}`;
        const result = kind === 'put' ? put(key, index, value) : remove(key, index);
        const fits = index === (current?.index ?? 0) && (kind === 'put' || current !== undefined);
        if (!fits) {
          expect(result).toEqual({
            isSuccessful: false,
            index: current?.index ?? 0,
            value: current?.value ?? null,
          });
        } else if (kind === 'put') {
          model.set(lower, { index: machine.index, value });
          expect(result).toEqual({ isSuccessful: true, index: machine.index, value: null });
        } else {
          model.delete(lower);
          expect(result).toEqual({ isSuccessful: true, index: machine.index, value: current?.value });
        }
      }
      const found = values().list('', 100);
      expect(
        new Map(found.map((row) => [row.key.toLowerCase(), { index: row.index, value: row.value }])),
      ).toEqual(model);
    }),
  );
});
