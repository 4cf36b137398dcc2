import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { isLinq } from '../../../node/indexing/linq/is-linq.ts';
import { LinqError } from '../../../node/indexing/linq/linq-error.ts';
import { LINQ_RUNTIME } from '../../../node/indexing/linq/runtime/linq-runtime.ts';
import { METHODS, STATIC_METHODS } from '../../../node/indexing/linq/translate/known-methods.ts';
import { translateMap } from '../../../node/indexing/linq/translate/translate-map.ts';
import { translateReduce } from '../../../node/indexing/linq/translate/translate-reduce.ts';
import {
  LinqDefinitionError,
  translateDefinition,
} from '../../../node/indexing/linq/translate-definition.ts';
import { ScriptEngine } from '../../../node/scripting/script-engine.ts';
import { linqDefinition, mapped, reduced } from './run-linq.ts';

const engine = new ScriptEngine();
afterAll(() => engine.dispose());

const order = {
  Name: 'a',
  Total: 5,
  Lines: [
    { P: 'tea', Q: 2 },
    { P: 'cup', Q: 1 },
  ],
};

describe('a C# map', () => {
  it.each([
    ['from o in docs.Orders select new { o.Name }', [{ Name: 'a' }]],
    ['from o in docs.Orders select new { N = o.Name.Boost(2) }', [{ N: { $value: 'a', $boost: 2 } }]],
    ['from o in docs.Orders select new { N = o.Name, M = o.Nope.Boost(2) }', [{ N: 'a' }]],
    ['docs.Orders.Select(o => new { N = o.Name }.Boost((float)2.5))', [{ $value: { N: 'a' }, $boost: 2.5 }]],
    ['from Order o in docs["Orders"] select new { N = o.Name, };', [{ N: 'a' }]],
    ['// a comment\ndocs.Orders.Select(o => new { N = o.Name /* name */ })', [{ N: 'a' }]],
    ['docs.Select(o => new { N = o.Name })', [{ N: 'a' }]],
    ['docs.WhereEntityIs("Orders", "Companies").Select(o => new { N = o.Name })', [{ N: 'a' }]],
    ['docs.Orders.Where(o => o.Total > 4).Select(o => new { N = o.Name })', [{ N: 'a' }]],
    ['docs.Orders.Select(o => new { N = o.Name }).Where(x => x.N == "b")', []],
    ['from o in docs.Orders where o.Total > 5 select new { o.Name }', []],
    ['from o in docs.Orders where o.Nope select new { o.Name }', []],
    [
      'from o in docs.Orders let n = o.Total * 2 let m = n + 1 select new { N = n, M = m }',
      [{ N: 10, M: 11 }],
    ],
    [
      'from o in docs.Orders from l in o.Lines select new { o.Name, l.P }',
      [
        { Name: 'a', P: 'tea' },
        { Name: 'a', P: 'cup' },
      ],
    ],
    [
      'docs.Orders.SelectMany(o => o.Lines, (o, l) => new { o.Name, l.P })',
      [
        { Name: 'a', P: 'tea' },
        { Name: 'a', P: 'cup' },
      ],
    ],
    ['docs.Orders.SelectMany(o => o.Lines).Select(l => new { l.P })', [{ P: 'tea' }, { P: 'cup' }]],
    ['docs.Orders.SelectMany(o => o.Lines.Select(l => new { l.P }))', [{ P: 'tea' }, { P: 'cup' }]],
    ['from o in docs.Orders from l in o.Nope select new { l.P }', []],
    ['from o in docs.Orders from l in o.Nope.DefaultIfEmpty() select new { o.Name, l.P }', [{ Name: 'a' }]],
    ['from o in docs.Orders select new Dictionary<string, object> { { "A", o.Name } }', [{ A: 'a' }]],
    ['from o in docs.Orders select new { o.Nope }', []],
    ['from o in docs.Orders select new { A = new string[0] }', [{ A: [] }]],
    ['from o in docs.Orders select new { A = 1, a = 2 }', [{ A: 1, a: 2 }]],
    ['from o in docs.Orders select new { __proto__ = 1 }', [JSON.parse('{"__proto__":1}')]],
    [
      'from o in docs.Orders select new { _ = o.Lines.Select(l => CreateField("Q_" + l.P, l.Q, true, false)) }',
      [
        {
          _: [
            { $name: 'Q_tea', $value: 2, $options: { storage: true, indexing: 'Exact' } },
            { $name: 'Q_cup', $value: 1, $options: { storage: true, indexing: 'Exact' } },
          ],
        },
      ],
    ],
    [
      'from o in docs.Orders select new { F = CreateField("X", o.Name, new CreateFieldOptions { Indexing = FieldIndexing.Exact }) }',
      [{ _: [{ $name: 'X', $value: 'a', $options: { Indexing: 'Exact' } }] }],
    ],
    ['from größe² in docs.Orders select new { größe².Name }', [{ Name: 'a' }]],
  ])('%s gives its entries', (map, expected) => {
    expect(mapped(engine, map, order)).toEqual(expected);
  });

  it('says by name which documents it is of', () => {
    const of = (map: string) =>
      [...translateMap(map).script.matchAll(/^map\("([^"]*)"/gm)].map(([, name]) => name);
    expect(of('from o in docs.Orders select new { o.A }')).toEqual(['Orders']);
    expect(of('from o in docs["Odd Orders"] select new { o.A }')).toEqual(['Odd Orders']);
    expect(of('from o in docs select new { o.A }')).toEqual(['@all_docs']);
    expect(of('docs.WhereEntityIs("A", "B").Select(o => new { o.A })')).toEqual(['A', 'B']);
  });

  it.each([
    ['from o in docs.Orders select o', 'must return an anonymous object'],
    ['from o in docs.Orders select o.Name', 'must return an anonymous object'],
    ['from o in docs.Orders select new Foo { A = 1 }', 'must return an anonymous object'],
    ['docs.Orders', 'must return an anonymous object'],
    ['from o in docs.Orders selct new { o.A }', "(1,23): Expected 'select'"],
    ['from o in docs.Orders select new { }', 'Could not extract any fields'],
    [
      'from o in docs.Orders\nselect new { A = Nope }',
      "(2,18): The name 'Nope' does not exist in the current context.",
    ],
    ['from o in docs.Orders select new { A = Nope(o) }', "The name 'Nope' does not exist"],
    ['from o in docs.Orders select new { A = o.Name.Nope() }', "The method 'Nope' is not supported"],
    ['from o in docs.Orders select new { A = Math.Nope(1) }', "'Math.Nope' is not supported"],
    ['from o in docs.Orders orderby o.A select new { o.A }', 'OrderBy calls are not valid'],
    ['docs.Orders.OrderBy(o => o.A).Select(o => new { o.A })', 'OrderBy calls are not valid'],
    ['from o in docs.Orders select new { A = DateTime.UtcNow }', 'Cannot use DateTime.UtcNow'],
    ['from o in docs.Orders from c in docs.Companies select new { o.A }', 'reads from one collection'],
    ['from o in docs.Orders join c in o.X on o.A equals c.A select new { o.A }', "'join' is not supported"],
    ['docs.Orders.Select(o => { return new { o.A }; })', 'block of statements'],
    ['from o in docs.Orders select new { A = typeof(int) }', "'typeof' is not supported"],
    ['from o in docs.Orders select new { A = o is string }', "operator 'is' is not supported"],
    [
      'from o in docs.Orders select new { A = LoadDocument(o.C).Name }',
      'LoadDocument takes the id of a document, or a list of them, and the name of its collection.',
    ],
    [
      'from o in docs.Orders select new { A = LoadDocument(o.C, o.D).Name }',
      'LoadDocument method has to be called with constant value as collection name.',
    ],
    ['from o in docs.Orders select new { A = LoadVector("V", "task") }', 'LoadVector is not built yet'],
    ['from o in docs.Orders select new { A = 1, A = 2 }', "'A' is there twice"],
    ['from o in docs.Orders select new { o.A + 1 }', 'needs a name'],
    ['from o in docs.Orders from o in o.Lines select new { o.A }', "'o' is already defined"],
    ['from o in docs.Orders select new { A = "abc }', 'This text has no end'],
    ['from o in docs.Orders select new { A = $"{o.A" }', 'This'],
    ['from o in docs.Orders select new { A = 99999999999999999 }', 'more digits'],
    ['from o in docs.Orders select new { o.A } extra', "Unexpected 'extra'"],
    ['from o in results select new { o.A }', 'must read from docs'],
    [`from o in docs.Orders select new { A = ${'$"{'.repeat(20_000)}`, 'levels of nesting'],
    [`from o in docs.Orders select new { A = ${'$"{'.repeat(60)}1${'}"'.repeat(59)} }`, 'has no'],
    [`from o in docs.Orders select new { A = ${'('.repeat(500)}1${')'.repeat(500)} }`, 'levels of nesting'],
    [`from o in docs.Orders select new { A = ${'1 + '.repeat(5000)}1 }`, 'levels'],
  ])('%s is refused', (map, why) => {
    expect(() => translateMap(map)).toThrow(LinqError);
    expect(() => translateMap(map)).toThrow(why);
  });
});

describe('a C# reduce', () => {
  const values = [
    { City: 'Oslo', N: 1, Total: 2.5 },
    { City: 'Rome', N: 1, Total: 10 },
    { City: 'Oslo', N: 2, Total: 7.5 },
  ];
  const oslo = { City: 'Oslo', N: 3, Total: 10 };
  const rome = { City: 'Rome', N: 1, Total: 10 };

  it.each([
    'from r in results group r by r.City into g select new { City = g.Key, N = g.Sum(x => x.N), Total = g.Sum(x => x.Total) }',
    'from r in results group r by new { r.City } into g select new { g.Key.City, N = g.Sum(x => x.N), Total = Enumerable.Sum(g, x => (double)x.Total) }',
    'results.GroupBy(r => r.City).Select(g => new { City = g.Key, N = g.Sum(x => x.N), Total = g.Sum(x => x.Total) })',
    'results.GroupBy(r => new { City = r.City }, (key, rs) => new { key.City, N = rs.Sum(x => x.N), Total = rs.Sum(x => x.Total) })',
    'from r in results let c = r.City group r by c into g let n = g.Sum(x => x.N) where n > 0 select new { City = g.Key, N = n, Total = g.Sum(x => x.Total) }',
    'from g in results.GroupBy(r => r.City) select new { City = g.First().City, N = g.Sum(x => x.N), Total = g.Sum(x => x.Total) }',
  ])('%s reduces each group', (reduce) => {
    expect(reduced(engine, reduce, values).results).toEqual([oslo, rome]);
  });

  it('divides exactly what may have been a fraction', () => {
    const average =
      'from r in results group r by r.City into g select new { City = g.Key, Total = g.Sum(x => x.Total) / g.Sum(x => x.N) }';
    expect(reduced(engine, average, values).results).toEqual([
      { City: 'Oslo', Total: 10 / 3 },
      { City: 'Rome', Total: 10 },
    ]);
  });

  it('leaves out groups that its where refuses, and takes nothing as a key', () => {
    const reduce =
      'from r in results group r by r.City into g where g.Sum(x => x.N) > 1 select new { City = g.Key, N = g.Sum(x => x.N) }';
    expect(reduced(engine, reduce, [...values, { N: 2 }])).toEqual({
      keys: ['"Oslo"', '"Rome"', '"Oslo"', 'null'],
      results: [{ City: 'Oslo', N: 3 }, null, { N: 2 }],
    });
  });

  it.each([
    ['from r in results select new { r.City }', 'must contain a group by expression'],
    [
      'from r in results group r by r.City into g select new { City = g.Key, N = g.Count() }',
      'cannot contain Count()',
    ],
    [
      'results.GroupBy(r => r.City).Select(g => new { City = g.Key, N = g.Where(x => x.A).Count() })',
      'cannot contain Count()',
    ],
    ['results.GroupBy(r => r.City, (k, g) => new { City = k, N = g.Count() })', 'cannot contain Count()'],
    ['results.GroupBy(r => r.City)', 'must return an anonymous object'],
    ['from r in docs.Orders group r by r.City into g select new { City = g.Key }', 'must read from results'],
  ])('%s is refused', (reduce, why) => {
    expect(() => translateReduce(reduce)).toThrow(why);
  });

  it('must give the fields of the maps', () => {
    const map = 'from o in docs.Orders select new { o.City, N = 1 }';
    const reduce = 'from r in results group r by r.City into g select new { City = g.Key }';
    const check = (maps: string[], by: string | null) => () => translateDefinition(linqDefinition(maps, by));
    expect(check([map], reduce)).toThrow(LinqDefinitionError);
    expect(check([map, 'from c in docs.Cs select new { c.City, M = 1 }'], null)).toThrow('identical types');
    expect(check([map, 'from c in docs.Cs select new { N = 2, c.City }'], null)).not.toThrow();
  });
});

describe('the translation', () => {
  it('knows the methods that the runtime has, and no others', () => {
    const script = engine.compile(
      `${LINQ_RUNTIME}\nfunction __run() { return [__cs.methodNames(), Object.keys(__cs.statics)]; }`,
    );
    const [methods, statics] = JSON.parse(script.call('null', () => null)) as [string[], string[]];
    expect([...new Set(methods)].sort()).toEqual([...METHODS].sort());
    const known = Object.entries(STATIC_METHODS).flatMap(([type, names]) =>
      [...names].map((name) => `${type}.${name}`),
    );
    expect(statics.sort()).toEqual(known.sort());
  });

  it.each([
    ['from o in docs.Orders select new {}', true],
    ['  /* c */ // d\n docs.Orders.Select(o => o)', true],
    ['results.GroupBy(x => x.A)', true],
    ["map('Orders', o => o)", false],
    ["fromage('Orders')", false],
    ['groupBy(x => x.a)', false],
    ['/*'.repeat(200_000), false],
  ])('takes %.40s for C#: %s', (text, expected) => {
    expect(isLinq(text)).toBe(expected);
  });

  it('of any text gives JavaScript or the error with a position', () => {
    const words = fc.constantFrom(
      ...'from o in docs . Orders select new { } ( ) [ ] => = , A B "a" $"{o.A}" @"x" \' 1 2.5m + - * / ? : ?? ! && let where group by into orderby x int (int) < > Sum Where . . ( ) // /* { }'.split(
        ' ',
      ),
    );
    const soup = fc.array(words, { maxLength: 40 }).map((all) => all.join(' '));
    const mapSoup = soup.map((text) => `from o in docs.Orders select new { A = ${text} }`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), soup, mapSoup), (text) => {
        for (const translate of [translateMap, translateReduce]) {
          try {
            const { script } = translate(text);
            engine.compile(
              `function map() {} function groupBy() { return { aggregate() {} }; }\n${LINQ_RUNTIME}\n${script}\nfunction __run() {}`,
            );
          } catch (error) {
            expect(error).toBeInstanceOf(LinqError);
            expect((error as Error).message).toMatch(/^\(\d+,\d+\): /);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
