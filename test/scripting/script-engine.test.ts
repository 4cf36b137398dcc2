import { afterAll, describe, expect, it } from 'vitest';
import { nullSafe } from '../../node/scripting/null-safe.ts';
import { ScriptEngine } from '../../node/scripting/script-engine.ts';
import { ScriptError } from '../../node/scripting/script-error.ts';

const engine = new ScriptEngine();
afterAll(() => engine.dispose());

const run = (expression: string, given: unknown = null): unknown =>
  JSON.parse(
    engine
      .compile(nullSafe(`function __run(given) { return ${expression}; }`))
      .call(JSON.stringify(given), (id) => (id === 'a' ? ['{"n":1}', '{"@id":"a"}', 'a'] : null)),
  );

function fault(expression: string): string {
  try {
    run(expression);
  } catch (error) {
    if (error instanceof ScriptError) return error.fault;
    throw error;
  }
  return 'none';
}

describe('a script', () => {
  it.each([
    ['given.a.b.c', null],
    ['given.list.map((x) => x * 2).length', 2],
    ['given.nope.map((x) => x)', null],
    ["given['odd key'].x", null],
    ['Number.NaN', 'NaN'],
    ['undefined', null],
    ['{ d: new Date(0), u: undefined }', { d: '1970-01-01T00:00:00.0000000Z', u: null }],
    ["load('a').n", 1],
    ["load(['a', 'b']).map((one) => one.n)", [1, null]],
    ["id(load('a'))", 'a'],
    ["getMetadata(load('a'))['@id']", 'a'],
    ["load('a')['@metadata']['@id']", 'a'],
    ["Reflect.ownKeys(load('a')).length", 2],
    ["({ ...load('a') })", { n: 1 }],
    ["((a) => { a['@metadata'] = { x: 1 }; return [getMetadata(a), id(a)]; })(load('a'))", [{ x: 1 }, 'a']],
    [
      "((a, b) => { a['@metadata'] = { x: 1 }; return getMetadata(b); })(load('a'), load('a'))",
      { '@id': 'a' },
    ],
    [
      "((all) => { const it = Object.defineProperties({}, all); return [it.n, it['@metadata'], getMetadata(it), id(it)]; })(Object.getOwnPropertyDescriptors(load('a')))",
      [1, null, null, null],
    ],
    ["startsWith('Hello', 'he') && regex('Hello', '^h')", true],
    ['Math.round(spatial.distance(32, 34, 40, -74))', 9113],
    ['given?.list?.[0]', 1],
    [['`$', '{given.list[1]}`'].join(''), '2'],
  ])('gives for %s what users of documents expect', (expression, expected) => {
    expect(run(expression, { list: [1, 2] })).toEqual(expected);
  });

  it('may assign to members, delete them and call constructors', () => {
    expect(
      run(
        '(() => { const a = { b: { c: 1 } }; a.b.c = 2; a.b.d ??= 3; a.b.c++; delete a.b.x; return a; })()',
      ),
    ).toEqual({
      b: { c: 3, d: 3 },
    });
    expect(run('new Map([[1, 2]]).get(1)')).toBe(2);
  });

  it('is stopped when it runs on, and when it takes all memory; the next one works', () => {
    expect(fault('(() => { while (true); })()')).toBe('limit');
    expect(fault('(() => { const a = []; while (true) a.push(new Array(1e6).fill(1)); })()')).toBe('limit');
    expect(run('1 + 1')).toBe(2);
  });

  it('reaches nothing of the machine', () => {
    expect(run('[typeof process, typeof require, typeof fetch, typeof setTimeout, typeof Buffer]')).toEqual(
      Array(5).fill('undefined'),
    );
    expect(fault("load.constructor('return typeof process')()")).toBe('thrown');
  });

  it('that is none is refused', () => {
    expect(fault('{')).toBe('syntax');
    expect(fault('nope()')).toBe('thrown');
    expect(fault("(() => { throw 'boo' })()")).toBe('thrown');
  });
});
