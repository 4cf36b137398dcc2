import fc from 'fast-check';

/**
 * Arbitrary JSON objects written down in odd but valid ways: whitespace, needless escapes, repeated keys. No key is one
 * escape alone: V8 takes such a key for a backslash.
 */
export const oddJsonText: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'true',
      'false',
      'null',
      '-0',
      '0',
      '1.0',
      '1e3',
      '-0.0',
      '-0e1',
      '12345678901234567890123',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
    oddString(),
    fc.array(tie('value'), { maxLength: 4 }).map((values) => `[ ${values.join(' ,\t')}]`),
    tie('object'),
  ),
  object: fc
    .array(
      fc.tuple(
        fc.oneof(
          fc.constantFrom('"ab"', '"\\u0061b"', '"b"', '"@metadata"'),
          oddString().map((text) => `"k${text.slice(1)}`),
        ),
        tie('value'),
      ),
      {
        maxLength: 6,
      },
    )
    .map((members) => `{${members.map(([key, value]) => `${key}: ${value}`).join(',\r\n')}}`),
})).object;

function oddString(): fc.Arbitrary<string> {
  return fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 5 }).map((text) => JSON.stringify(text).slice(1, -1)),
        fc.constantFrom(
          '\\/',
          '\\u00e9',
          '\\u0001',
          '\\ud83d\\ude00',
          '\\uD83D',
          '\\ude00',
          '\\n',
          '\\"',
          '\\\\',
          '😀',
        ),
      ),
      { maxLength: 5 },
    )
    .map((pieces) => `"${pieces.join('')}"`);
}
