import { describe, expect, it } from 'vitest';
import { readVectors } from '../../node/vectors/read-vectors.ts';
import { type VectorOptions, vectorOptionsOf } from '../../node/vectors/vector-options.ts';

const floats = (...numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer);
const SINGLE: VectorOptions = { source: 'Single', destination: 'Single' };
const INT8: VectorOptions = { source: 'Single', destination: 'Int8' };
const BITS: VectorOptions = { source: 'Single', destination: 'Binary' };
const KEPT_INT8: VectorOptions = { source: 'Int8', destination: 'Int8' };
const KEPT_BITS: VectorOptions = { source: 'Binary', destination: 'Binary' };
/** What a vector of bytes ends with: the largest of its numbers. */
const magnitude = (number: number) => [...floats(number)];

describe('the vectors of a value', () => {
  it.each<[value: unknown, options: VectorOptions, vectors: readonly (readonly number[])[]]>([
    [null, SINGLE, []],
    [undefined, SINGLE, []],
    [[], SINGLE, []],
    [[1, -2.5], SINGLE, [[...floats(1, -2.5)]]],
    [{ '@vector': [1, 2] }, SINGLE, [[...floats(1, 2)]]],
    [floats(1, 2).toString('base64'), SINGLE, [[...floats(1, 2)]]],
    [
      [[1, 0], floats(0, 1).toString('base64'), { '@vector': [3, 4] }],
      SINGLE,
      [[...floats(1, 0)], [...floats(0, 1)], [...floats(3, 4)]],
    ],
    [[1, -0.5, 0], INT8, [[127, 256 - 63, 0, ...magnitude(1)]]],
    [[0, 0], INT8, [[0, 0, ...magnitude(0)]]],
    [[1, -1, 0, 2, -2, 3, 3, 3, -1], BITS, [[0b1011_0111, 0]]],
    [
      [127, -128, ...magnitude(2).map((byte) => (byte << 24) >> 24)],
      KEPT_INT8,
      [[127, 128, ...magnitude(2)]],
    ],
    [[160, 1], KEPT_BITS, [[160, 1]]],
    ['oAE=', KEPT_BITS, [[160, 1]]],
    [[1, 2], { ...SINGLE, dimensions: 2 }, [[...floats(1, 2)]]],
    [[160], { ...KEPT_BITS, dimensions: 3 }, [[160]]],
  ])('%j with %j', (value, options, vectors) => {
    expect(readVectors(value, options).map((bytes) => [...bytes])).toEqual(vectors);
  });

  it.each<[value: unknown, options: VectorOptions, message: string]>([
    [5, SINGLE, 'must be a list of numbers'],
    [true, SINGLE, 'must be a list of numbers'],
    [{ vector: [1] }, SINGLE, 'must be a list of numbers'],
    [[1, 'x'], SINGLE, 'must hold numbers only'],
    [[1, [2]], SINGLE, 'must hold numbers only'],
    [[true], SINGLE, 'must be a list of numbers'],
    ['not base64!', SINGLE, 'must be in base64'],
    ['AAAA', SINGLE, '3 bytes are no vector of type Single'],
    ['', SINGLE, '0 bytes are no vector'],
    [[1e39], SINGLE, 'a 32-bit float can not'],
    [floats(Number.NaN).toString('base64'), SINGLE, 'a 32-bit float can not'],
    [[1, 2, 3], { ...SINGLE, dimensions: 2 }, 'must have 2 dimensions, but one has 3'],
    [[1.5, 0, 0, 0, 0], KEPT_INT8, 'whole numbers from -128 to 127'],
    [[128, 0, 0, 0, 0], KEPT_INT8, 'whole numbers from -128 to 127'],
    [[1, 2, 3, 4], KEPT_INT8, '4 bytes are no vector of type Int8'],
    [[-1], KEPT_BITS, 'whole numbers from 0 to 255'],
    [[160], { ...KEPT_BITS, dimensions: 9 }, 'must have 9 dimensions'],
    [Array.from({ length: 16_385 }, () => 1), SINGLE, 'may have 16384 dimensions, not 16385'],
    [Array.from({ length: 1025 }, () => [1]), SINGLE, 'There may be 1024 vectors together'],
  ])('%j with %j is refused', (value, options, message) => {
    expect(() => readVectors(value, options)).toThrow(message);
  });
});

describe('the options of a vector field', () => {
  it.each<[given: Readonly<Record<string, unknown>>, options: VectorOptions]>([
    [{}, SINGLE],
    [{ SourceEmbeddingType: 'Single', DestinationEmbeddingType: 'Int8', NumberOfEdges: 5 }, INT8],
    [{ DestinationEmbeddingType: 'binary' }, BITS],
    [{ SourceEmbeddingType: 'Int8' }, KEPT_INT8],
    [
      { SourceEmbeddingType: null, DestinationEmbeddingType: null, Dimensions: 3 },
      { ...SINGLE, dimensions: 3 },
    ],
  ])('%j', (given, options) => {
    expect(vectorOptionsOf(given)).toEqual(options);
  });

  it.each<[given: Readonly<Record<string, unknown>>, message: string]>([
    [{ SourceEmbeddingType: 'Text' }, 'need a model'],
    [{ SourceEmbeddingType: 'Double' }, 'must be one of Single, Int8, Binary'],
    [{ SourceEmbeddingType: 'Int8', DestinationEmbeddingType: 'Single' }, "can't be kept as Single"],
    [{ Dimensions: 0 }, 'whole number from 1'],
    [{ Dimensions: 1.5 }, 'whole number from 1'],
    [{ Dimensions: '3' }, 'whole number from 1'],
  ])('%j are refused', (given, message) => {
    expect(() => vectorOptionsOf(given)).toThrow(message);
  });
});
