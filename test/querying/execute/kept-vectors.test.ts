import { describe, expect, it } from 'vitest';
import { type EntryVectors, vectorsOfField } from '../../../node/querying/execute/kept-vectors.ts';
import { VECTORS_KEPT_BYTES_MAX } from '../../../node/querying/execute/limits.ts';

/** Entries with one vector of so many bytes each, and how often they were read. */
function source(bytes: number, entries = 3) {
  const reads = { count: 0 };
  const read = function* (): Generator<EntryVectors> {
    reads.count++;
    for (let entry = 1; entry <= entries; entry++) yield [entry, [Buffer.alloc(bytes, entry)]];
  };
  return { reads, read };
}

const shown = (rows: Iterable<EntryVectors>) =>
  Array.from(rows, ([entry, vectors]) => [entry, ...Array.from(vectors, (bytes) => bytes[0])]);

const ROWS = [
  [1, 1],
  [2, 2],
  [3, 3],
];

describe('the vectors of a field', () => {
  it('are read once while the index stays as it is', () => {
    const { reads, read } = source(8);
    const [first, second] = [{}, {}];
    expect(shown(vectorsOfField(1, first, read))).toEqual(ROWS);
    expect(shown(vectorsOfField(1, first, read))).toEqual(ROWS);
    expect(reads.count).toBe(1);
    expect(shown(vectorsOfField(1, second, read))).toEqual(ROWS);
    expect(shown(vectorsOfField(2, first, read))).toEqual(ROWS);
    expect(reads.count).toBe(3);
  });

  it('are not kept when somebody stopped reading them', () => {
    const { reads, read } = source(8);
    const state = {};
    for (const [entry] of vectorsOfField(1, state, read)) if (entry === 2) break;
    expect(shown(vectorsOfField(1, state, read))).toEqual(ROWS);
    expect(reads.count).toBe(2);
  });

  it('are not kept where they are too many, and give way to those that were asked for later', () => {
    const half = VECTORS_KEPT_BYTES_MAX / 2;
    const [large, some, others] = [source(half), source(half / 4), source(half / 4)];
    const [a, b, c] = [{}, {}, {}];
    for (let round = 0; round < 2; round++) {
      expect(shown(vectorsOfField(1, a, large.read))).toEqual(ROWS);
      expect(shown(vectorsOfField(1, b, some.read))).toEqual(ROWS);
    }
    expect([large.reads.count, some.reads.count]).toEqual([2, 1]);
    for (const state of [c, {}]) expect(shown(vectorsOfField(1, state, others.read))).toEqual(ROWS);
    expect(shown(vectorsOfField(1, b, some.read))).toEqual(ROWS);
    expect([others.reads.count, some.reads.count]).toEqual([2, 2]);
  });
});
