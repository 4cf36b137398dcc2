import fc from 'fast-check';

/** Arbitrary JSON objects written down in odd but valid ways: whitespace, needless escapes, repeated keys. */
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

/**
 * A naive reader of valid JSON, to compare with: V8's own takes a key with a needless escape (`"k\/"`) for another
 * (`"k\\"`) once it has seen objects of a similar shape.
 */
export function parseNaively(text: string): unknown {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/gs) ?? [];
  let at = 0;
  const value = (): unknown => {
    const token = tokens[at++] ?? '';
    if (token === '[') {
      const values: unknown[] = [];
      while (tokens[at] !== ']') {
        if (tokens[at] === ',') at++;
        values.push(value());
      }
      at++;
      return values;
    }
    if (token !== '{') return JSON.parse(token);
    const members = new Map<string, unknown>();
    while (tokens[at] !== '}') {
      if (tokens[at] === ',') at++;
      const key = JSON.parse(tokens[at] ?? '') as string;
      at += 2;
      members.set(key, value());
    }
    at++;
    return Object.fromEntries(members);
  };
  return value();
}
