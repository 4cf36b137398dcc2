import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJsonPatch, JsonPatchError, readJsonPatch } from '../../node/json/json-patch.ts';
import { JSON_PATCH_OPERATIONS_MAX } from '../../node/json/limits.ts';

const DOCUMENT = '{"a":1,"o":{"x":[1,2,3],"y":null},"s":"t","p/q":1,"m~n":2}';

function patched(...operations: readonly unknown[]): unknown {
  const value: unknown = JSON.parse(DOCUMENT);
  applyJsonPatch(value, readJsonPatch(operations));
  return value;
}

describe('a JSON patch', () => {
  const document = JSON.parse(DOCUMENT) as Readonly<Record<string, unknown>>;

  it.each<[string, readonly unknown[], unknown]>([
    ['adds a member', [{ op: 'add', path: '/b', value: { c: 1 } }], { ...document, b: { c: 1 } }],
    [
      'inserts into and appends to an array',
      [
        { op: 'add', path: '/o/x/-', value: 9 },
        { op: 'add', path: '/o/x/1', value: 7 },
      ],
      { ...document, o: { x: [1, 7, 2, 3, 9], y: null } },
    ],
    [
      'tests, then replaces',
      [
        { op: 'test', path: '/o/x', value: [1, 2, 3] },
        { op: 'Replace', path: '/a', value: null },
      ],
      { ...document, a: null },
    ],
    [
      'removes elements and members',
      [
        { op: 'remove', path: '/o/x/0' },
        { op: 'remove', path: '/o/y' },
      ],
      { ...document, o: { x: [2, 3] } },
    ],
    [
      'moves and copies',
      [
        { op: 'move', from: '/o/x', path: '/x' },
        { op: 'copy', from: '/x/0', path: '/o/first' },
      ],
      { ...document, o: { y: null, first: 1 }, x: [1, 2, 3] },
    ],
    [
      'reads escapes of pointers',
      [
        { op: 'replace', path: '/p~1q', value: 5 },
        { op: 'replace', path: '/m~0n', value: 6 },
      ],
      { ...document, 'p/q': 5, 'm~n': 6 },
    ],
    [
      'names that mean something to JavaScript are names',
      [{ op: 'add', path: '/__proto__', value: { z: 1 } }],
      JSON.parse(DOCUMENT.replace('{', '{"__proto__":{"z":1},')),
    ],
    ['a value that is not sent is null', [{ op: 'add', path: '/n' }], { ...document, n: null }],
    ['of nothing changes nothing', [], document],
  ])('%s', (_, operations, expected) => {
    expect(patched(...operations)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['no list', {}, "must have 'Operations'"],
    ['an unknown operation', [{ op: 'bad', path: '/a' }], 'Unable to understand \'op\' "bad"'],
    ['nothing as an operation', [null], "Unable to understand 'op' undefined"],
    ['no path', [{ op: 'add', value: 1 }], "'path' of operation 0 must be a JSON pointer"],
    ['a path that is no pointer', [{ op: 'add', path: 'a', value: 1 }], 'must be a JSON pointer'],
    ['the whole document', [{ op: 'replace', path: '', value: {} }], 'must be a JSON pointer'],
    ['a move from nowhere', [{ op: 'move', path: '/a' }], "'from' of operation 0"],
    [
      'too many',
      Array.from({ length: JSON_PATCH_OPERATIONS_MAX + 1 }, () => ({ op: 'remove', path: '/a' })),
      `may have ${JSON_PATCH_OPERATIONS_MAX}`,
    ],
  ])('is not read: %s', (_, operations, message) => {
    expect(() => readJsonPatch(operations)).toThrow(JsonPatchError);
    expect(() => readJsonPatch(operations)).toThrow(message);
  });

  it.each<[unknown, string]>([
    [{ op: 'test', path: '/a', value: 2 }, "Operation 0, 'test' of '/a': the value there is not 2."],
    [{ op: 'remove', path: '/nope' }, "'remove' of '/nope': cannot reach the target location"],
    [{ op: 'replace', path: '/nope', value: 1 }, 'cannot reach'],
    [{ op: 'add', path: '/q/w', value: 1 }, 'cannot reach'],
    [{ op: 'copy', from: '/nope', path: '/a' }, 'cannot reach'],
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }, 'cannot reach'],
    [{ op: 'add', path: '/o/x/constructor/polluted', value: 1 }, 'cannot reach'],
    [{ op: 'remove', path: '/o/x/length' }, 'cannot reach'],
    [{ op: 'add', path: '/o/x/4', value: 1 }, 'no such place'],
    [{ op: 'add', path: '/o/x/01', value: 1 }, 'no such place'],
    [{ op: 'move', from: '/o', path: '/o/x/0' }, 'into itself'],
  ])('is not applied: %j', (operation, message) => {
    expect(() => patched(operation)).toThrow(JsonPatchError);
    expect(() => patched(operation)).toThrow(message);
    expect({}).not.toHaveProperty('polluted');
  });

  it('of copies of copies ends before it fills the memory', () => {
    const doubling = Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '/o', path: `/o/c${at}` }));
    expect(() => patched(...doubling)).toThrow('copies make more than');
  });

  it('whatever it is, is applied or refused', () => {
    const pointer = fc.constantFrom(
      '/a',
      '/o',
      '/o/x',
      '/o/x/0',
      '/o/x/-',
      '/o/x/9',
      '/z',
      '/__proto__',
      '/',
    );
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: pointer,
      from: pointer,
      value: fc.jsonValue({ maxDepth: 2 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
        try {
          JSON.stringify(patched(...operations));
        } catch (error) {
          expect(error).toBeInstanceOf(JsonPatchError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
