import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUERY_PARAMETERS_MAX } from '../../../node/http/limits.ts';
import { Query, TooManyParametersError } from '../../../node/http/parameters/query.ts';

describe('a query string', () => {
  it.each(['&a=b', 'a=b&&c=d', 'a=b&', 'A=b', '%61=b', 'a=b=', 'a=b&a=c'])('%s has an a', (text) => {
    expect(new Query(text).get('a')?.[0]).toBe('b');
  });

  it('keeps repeated values in order and empty ones as empty', () => {
    const query = new Query('id=1&x&id=&ID=2&id');
    expect(query.all('id')).toEqual(['1', '', '2', '']);
    expect(query.get('x')).toBe('');
    expect(query.has('y')).toBe(false);
    expect(query.get('y')).toBeUndefined();
  });

  it('decodes what can be decoded and leaves the rest', () => {
    expect(new Query('a=%C3%BC+b%2F').get('a')).toBe('ü b/');
    expect(new Query('a=100%&b=%zz%41').get('a')).toBe('100%');
    expect(new Query('a=100%&b=%zz%41').get('b')).toBe('%zzA');
    expect(new Query('a=%ff%41').get('a')).toBe('%ff%41');
  });

  it('gives back any list of pairs that was encoded', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })));
    fc.assert(
      fc.property(pairs, (list) => {
        const text = list
          .map(([key, value]) => `${encodeURIComponent(`k${key}`)}=${encodeURIComponent(value)}`)
          .join('&');
        const query = new Query(text);
        for (const [key] of list) {
          const name = `k${key}`.toLowerCase();
          const expected = list.filter(([other]) => `k${other}`.toLowerCase() === name).map(([, v]) => v);
          expect(query.all(name)).toEqual(expected);
        }
      }),
    );
  });

  it('is refused when it has more parameters than a request may have', () => {
    expect(() => new Query('a&'.repeat(QUERY_PARAMETERS_MAX + 1))).toThrow(TooManyParametersError);
  });

  it('never makes trouble, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => new Query(text).all('a')).not.toThrow();
      }),
    );
  });
});
