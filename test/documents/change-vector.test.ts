import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ChangeVectorError,
  compareChangeVectors,
  etagOf,
  formatChangeVector,
  mergeChangeVectors,
  parseChangeVector,
  withEntry,
  withoutEntries,
} from '../../node/documents/change-vector.ts';

const IDS = ['a', 'b', 'c', 'd'].map((letter) => `${letter}+/0`.padEnd(22, letter));
const TAGS = ['A', 'B', 'C', 'RAFT'];

/** The naive model: an etag for each database, 0 for none. */
const model = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: IDS.length, maxLength: IDS.length });
type Model = readonly number[];

const textOf = (etags: Model): string =>
  formatChangeVector(
    etags.flatMap((etag, i) =>
      etag === 0 ? [] : [{ tag: TAGS[i] as string, etag, databaseId: IDS[i] as string }],
    ),
  );
const modelOf = (text: string): Model => IDS.map((id) => etagOf(text, id));

describe('a change vector', () => {
  it('reads back what it writes, with any mix of separators', () => {
    fc.assert(
      fc.property(model, fc.constantFrom(', ', ',', ' ', ' ,  '), (etags, separator) => {
        const text = textOf(etags);
        expect(formatChangeVector(parseChangeVector(text.replaceAll(', ', separator)))).toBe(text);
        expect(modelOf(text)).toEqual(etags);
      }),
    );
  });

  it('compares as the naive model does', () => {
    fc.assert(
      fc.property(model, model, (remote, local) => {
        const isAhead = remote.some((etag, i) => etag > (local[i] ?? 0));
        const isBehind = local.some((etag, i) => etag > (remote[i] ?? 0));
        const expected = isAhead ? (isBehind ? 'Conflict' : 'Update') : 'AlreadyMerged';
        expect(compareChangeVectors(textOf(remote), textOf(local))).toBe(expected);
      }),
    );
  });

  it('compares antisymmetrically', () => {
    const mirrored = { Update: 'AlreadyMerged', Conflict: 'Conflict' } as const;
    fc.assert(
      fc.property(model, model, (a, b) => {
        const order = compareChangeVectors(textOf(a), textOf(b));
        const opposite = compareChangeVectors(textOf(b), textOf(a));
        if (order === 'AlreadyMerged')
          expect(opposite).toBe(textOf(a) === textOf(b) ? 'AlreadyMerged' : 'Update');
        else expect(opposite).toBe(mirrored[order]);
      }),
    );
  });

  it('merges to the greater etags; merging is idempotent, commutative and associative', () => {
    fc.assert(
      fc.property(model, model, model, (a, b, c) => {
        const [x, y, z] = [textOf(a), textOf(b), textOf(c)];
        expect(modelOf(mergeChangeVectors(x, y))).toEqual(a.map((etag, i) => Math.max(etag, b[i] ?? 0)));
        expect(mergeChangeVectors(x, x)).toBe(x);
        expect(modelOf(mergeChangeVectors(x, y))).toEqual(modelOf(mergeChangeVectors(y, x)));
        expect(modelOf(mergeChangeVectors(mergeChangeVectors(x, y), z))).toEqual(
          modelOf(mergeChangeVectors(x, mergeChangeVectors(y, z))),
        );
        expect(compareChangeVectors(x, mergeChangeVectors(x, y))).toBe('AlreadyMerged');
      }),
    );
  });

  it('sets one entry and leaves the others', () => {
    fc.assert(
      fc.property(
        model,
        fc.nat({ max: IDS.length - 1 }),
        fc.integer({ min: 1, max: 1e15 }),
        (etags, i, etag) => {
          const text = withEntry(textOf(etags), 'Z', etag, IDS[i] as string);
          expect(modelOf(text)).toEqual(etags.map((old, k) => (k === i ? etag : old)));
          expect(parseChangeVector(text).find(({ databaseId }) => databaseId === IDS[i])?.tag).toBe('Z');
        },
      ),
    );
  });

  it('drops the entries of databases that are no more', () => {
    fc.assert(
      fc.property(model, fc.subarray(IDS), (etags, gone) => {
        const text = withoutEntries(textOf(etags), new Set(gone));
        expect(modelOf(text)).toEqual(etags.map((etag, i) => (gone.includes(IDS[i] as string) ? 0 : etag)));
      }),
    );
  });

  it('is what its grammar says, whatever the text', () => {
    const entry = '[A-Z]{1,4}:\\d{1,19}-[A-Za-z0-9+/]{22}(?![A-Za-z0-9+/])';
    const grammar = new RegExp(`^[\\s,]*(${entry}[\\s,]*)*$`);
    const piece = fc.constantFrom(
      'A',
      'RAFT',
      ':',
      '1',
      '-',
      '1234567890123456789',
      ...IDS,
      ',',
      ' ',
      'z',
      '=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        if (!grammar.test(text)) expect(() => parseChangeVector(text)).toThrow(ChangeVectorError);
        else expect(parseChangeVector(text)).toHaveLength(text.match(new RegExp(entry, 'g'))?.length ?? 0);
      }),
      { numRuns: 1000, examples: [[['A', ':', '1', '-', IDS[0] as string]]] },
    );
  });

  it('refuses a text that is none, and says where', () => {
    for (const text of [
      'A',
      'A:1',
      'A:1-short',
      'a:1-0123456789012345678901',
      'A:1-01234567890123456789012',
      'ABCDE:1-0123456789012345678901',
      ':1-0123456789012345678901',
      'A:-0123456789012345678901',
      'A:12345678901234567890-0123456789012345678901',
      'A:1-01234567890123456789=1',
      'A:1-0123456789012345678901;',
      'A:1-0123456789012345678901, é',
    ]) {
      expect(() => parseChangeVector(text)).toThrow(ChangeVectorError);
    }
    expect(parseChangeVector('')).toEqual([]);
  });
});
