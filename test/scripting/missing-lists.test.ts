import { afterAll, describe, expect, it } from 'vitest';
import { nullSafe } from '../../node/scripting/null-safe.ts';
import { ScriptEngine } from '../../node/scripting/script-engine.ts';

const engine = new ScriptEngine();
afterAll(() => engine.dispose());

function run(body: string): unknown {
  const script = nullSafe(`function __run(d) { ${body} }`, { missingIsEmpty: true });
  return JSON.parse(engine.compile(script).call('{"none":null,"some":[3,1,2],"text":"abc"}', () => null));
}

describe('a list that is missing', () => {
  it.each<[expression: string, value: unknown]>([
    ['d.nope.length', 0],
    ['d.nope.length + 1', 1],
    ['d.nope.map((x) => x)', []],
    ['d.nope.filter((x) => x).map((x) => x).length', 0],
    ['d.nope.reduce((a, b) => a + b, 5)', 5],
    ['d.nope.reduceRight((a, b) => a + b, 5)', 5],
    ['d.nope.reduce((a, b) => a + b)', null],
    ['d.nope.some((x) => x)', false],
    ['d.nope.every((x) => x)', true],
    ['d.nope.find((x) => x)', null],
    ['d.nope.findIndex((x) => x)', -1],
    ['d.nope.indexOf(1)', -1],
    ['d.nope.includes(1)', false],
    ['d.nope.concat([1])', [1]],
    ['d.nope.slice(0)', []],
    ['d.nope.flatMap((x) => [x])', []],
    ['(d.nope || d.never).sort()', []],
    ['(0, d.nope).map((x) => x)', null],
    ['d.nope?.map((x) => x)', null],
    ["d.nope['map']((x) => x)", null],
    ['d.nope.join(",")', null],
    ['d.nope.push(1)', null],
    ['d.nope.foo()', null],
  ])('is empty where that says something: %s', (expression, value) => {
    expect(run(`return ${expression};`)).toEqual(value);
  });

  it.each<[expression: string, value: unknown]>([
    ['d.none.length', null],
    ['d.none.map((x) => x)', null],
    ['d.none.reduce((a, b) => a + b, 5)', null],
    ['d.some.length', 3],
    ['d.some.map((x) => x * 2)', [6, 2, 4]],
    ['d.some.filter((x) => x > 1).reduce((a, b) => a + b, 0)', 5],
    ['d.some[0].length', null],
    ['d.none.filter((x) => x).length', null],
    ['d.some.find((x) => x > 5).length', null],
    ['d.text.length', 3],
    ['d.text.indexOf("c")', 2],
    ['typeof d.nope.length', 'number'],
  ])('is another thing than what is null or there: %s', (expression, value) => {
    expect(run(`return ${expression};`)).toEqual(value);
  });

  it('does not keep lengths from being assigned to, and classes from their parents', () => {
    expect(run('d.some.length = 1; d.some.length++; delete d.text.length; return d.some;')).toEqual([
      3,
      null,
    ]);
    const parent = 'class A { map() { return 1; } } class B extends A { map() { return super.map(); } }';
    expect(run(`${parent} return new B().map();`)).toBe(1);
  });
});
