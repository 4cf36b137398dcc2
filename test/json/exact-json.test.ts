import { describe, expect, it } from 'vitest';
import { parseExact, parseToWrite, stringifyExact } from '../../node/json/exact-json.ts';

describe('integers that a number can not hold', () => {
  it.each([
    '{"a":9007199254740993,"b":[-9223372036854775808,{"c":9223372036854775807}]}',
    '{"a":1,"b":"9007199254740993","c":1.5}',
    '1234567890123456789',
  ])('are written as they were read: %s', (text) => {
    expect(stringifyExact(parseExact(text))).toBe(text);
    expect(JSON.stringify(parseToWrite(text))).toBe(text);
  });

  it('are bigints, and what has more than 64 bits or a fraction is a number', () => {
    expect(
      parseExact('[9007199254740993,9007199254740991,9223372036854775808,1e20,1234567890123456.5]'),
    ).toEqual([9007199254740993n, 9007199254740991, 2 ** 63, 1e20, 1234567890123456.5]);
  });
});
