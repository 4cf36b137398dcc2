import { afterAll, describe, expect, it } from 'vitest';
import { nullSafe } from '../../node/scripting/null-safe.ts';
import { ScriptEngine } from '../../node/scripting/script-engine.ts';

const engine = new ScriptEngine();
afterAll(() => engine.dispose());

const run = (statements: string): unknown =>
  JSON.parse(engine.compile(nullSafe(`function __run() { ${statements} }`)).call('null', () => null));

/** A text of which the engine could not hold a list of characters: to try that ends the whole process. */
const LONG = "let long = 'x'.repeat(10000000); for (let n = 0; n < 5; n++) long += long;";

describe('what is built in for scripts', () => {
  it.each([
    '[].indexOf.call({ length: 2 ** 50 }, 1)',
    '[].indexOf.call({ length: String(2 ** 50) }, 1)',
    '[].indexOf.call({ get length() { return 2 ** 50; } }, 1)',
    '[].indexOf.call(Object.create({ length: 2 ** 50 }), 1)',
    'new Array(4e9).forEach(() => 1)',
    "new Array(4e9).join('x')",
    'new Array(2e8).fill(7)',
    'Array.from({ length: 4e9 })',
  ])('does nothing in one go with more elements than a list may have: %s', (expression) => {
    expect(() => run(`return ${expression};`)).toThrow('Lists have 10000000 elements at most here.');
  });

  it.each([
    "long.split('')",
    'long.match(/x/g)',
    "long.replace(/x/g, 'y')",
    '[...long]',
    'new Set(long)',
    'Array.from(long)',
    '({ ...long })',
    'Object.keys(long)',
    'Object.entries(new String(long))',
    'Reflect.ownKeys(Object(long))',
    '(() => { for (const at in long) return at; })()',
  ])('takes no text apart that is too long for the engine: %s', (expression) => {
    expect(() => run(`${LONG} return ${expression};`)).toThrow('Texts may have 16777216 characters here.');
  });

  it.each(["'x'.repeat(5e8)", "'x'.padStart(5e8)", "'x'.padEnd(5e8)"])(
    'makes no such text at once: %s',
    (expression) => {
      expect(() => run(`return ${expression};`)).toThrow('Texts that are made at once');
    },
  );

  it.each([
    "(() => 1).constructor('return 1')",
    "(async () => 1).constructor('return 1')",
    "(function* () {}).constructor('yield 1')",
    "new Function('return 1')",
  ])('makes no code of texts: %s', (expression) => {
    expect(() => run(`return ${expression};`)).toThrow('Code can not be made of texts here');
  });

  it('has no integers without limit, and nothing that goes around its bounds', () => {
    expect(() => run('return 2n ** 9n;')).toThrow('integers without limit');
    expect(run("return '2n';")).toBe('2n');
    expect(
      run(
        'return [typeof BigInt, typeof Proxy, typeof WebAssembly, typeof SharedArrayBuffer, typeof eval, typeof Symbol.match];',
      ),
    ).toEqual(Array(6).fill('undefined'));
    expect(
      run(
        'return [...Object.getOwnPropertySymbols(RegExp.prototype), ...Reflect.ownKeys(RegExp.prototype)].filter((key) => typeof key === "symbol").length + Object.getOwnPropertySymbols(Object.getOwnPropertyDescriptors(RegExp.prototype)).length;',
      ),
    ).toBe(0);
  });

  it('is what it was for everything else', () => {
    expect(
      run(`
        class Row extends Array {}
        const counted = { *[Symbol.iterator]() { yield 1; yield 2; } };
        const { a, ...others } = { a: 1, b: 2 };
        return [
          (function () { return [].slice.call(arguments, 1); })(1, 2, 3),
          [].map.call('abc', (one) => one + one),
          new Row(3).fill(1).map((one) => one + 1).length,
          [...counted],
          [[1, [2]], [3]].flat(2),
          'a-b-c'.replace(/-/g, '_').split('_').join(),
          'a1b2'.match(/[0-9]/g),
          [3, 1, 2].toSorted(),
          [5, 6, 7].splice(1, 1, 8, 9),
          { ...others, ...{ c: 3 } },
          (() => 1) instanceof Function,
          [].map.name,
          Object.entries({ d: 4 }),
        ];`),
    ).toEqual([
      [2, 3],
      ['aa', 'bb', 'cc'],
      3,
      [1, 2],
      [1, 2, 3],
      'a,b,c',
      ['1', '2'],
      [1, 2, 3],
      [6],
      { b: 2, c: 3 },
      true,
      'map',
      [['d', 4]],
    ]);
  });
});
