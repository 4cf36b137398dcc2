import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../node/querying/rql/parse-query.ts';
import { RqlSyntaxError } from '../../../node/querying/rql/rql-syntax-error.ts';
import type { Expression } from '../../../node/querying/rql/syntax-tree.ts';

/** An expression in short: enough to see what belongs to what. */
function shape(expression: Expression | undefined): string {
  if (expression === undefined) return '-';
  switch (expression.kind) {
    case 'and':
    case 'or':
      return `(${shape(expression.left)} ${expression.kind} ${shape(expression.right)})`;
    case 'not':
      return `not ${shape(expression.operand)}`;
    case 'true':
      return 'true';
    case 'comparison':
      return `${operand(expression.left)}${expression.operator}${operand(expression.right)}`;
    case 'between':
      return `${operand(expression.operand)}[${operand(expression.min)}..${operand(expression.max)}]`;
    case 'in':
      return `${operand(expression.operand)} ${expression.all ? 'all ' : ''}in {${expression.values.map(operand).join(',')}}`;
    case 'method':
      return operand(expression);
  }
}

function operand(node: unknown): string {
  const one = node as { kind: string };
  switch (one.kind) {
    case 'field': {
      const { parts } = node as { parts: { name: string; indexers: (number | null)[] }[] };
      return parts.map((part) => part.name + part.indexers.map((at) => `[${at ?? ''}]`).join('')).join('.');
    }
    case 'method': {
      const call = node as { name: string; arguments: { expression: unknown }[]; path: string[] };
      return [
        `${call.name}(${call.arguments.map(({ expression }) => operand(expression)).join(',')})`,
        ...call.path,
      ].join('.');
    }
    case 'number':
      return (node as { text: string }).text;
    case 'string':
      return `'${(node as { value: string }).value}'`;
    case 'boolean':
      return String((node as { value: boolean }).value);
    case 'null':
      return 'null';
    case 'parameter':
      return `$${(node as { name: string }).name}`;
    default:
      return shape(node as Expression);
  }
}

function where(text: string): string {
  return shape(parseQuery(`from Users where ${text}`).where);
}

function refusal(text: string): string {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof RqlSyntaxError) return error.message.split('\n')[0] ?? '';
    throw error;
  }
  return 'accepted';
}

describe('a where clause', () => {
  it.each([
    ['a = 1 or b = 2 and c = 3', '(a=1 or (b=2 and c=3))'],
    ['(a = 1 or b = 2) and c = 3', '((a=1 or b=2) and c=3)'],
    ['true and not a = 1 or b = 2', '((true and not a=1) or b=2)'],
    ['a = 1 or not (b = 2 and c = 3)', '(a=1 or not (b=2 and c=3))'],
    ['a == 1 and b <> 2 and c != 3', '((a=1 and b!=2) and c!=3)'],
    ["a = 'it''s' and b = \"x\\\"y\"", "(a='it's' and b='x\"y')"],
    ["'my field'.x = $p", 'my field.x=$p'],
    ["'S' = 'x'", "S='x'"],
    ['Lines[].Price > 10 and Tags[0] = null', '(Lines[].Price>10 and Tags[0]=null)'],
    ['a between $p0 and $p1 and c in ()', '(a[$p0..$p1] and c in {})'],
    ['tags all in ($a, $b)', 'tags all in {$a,$b}'],
    ["startsWith(id(), 'users/')", "startsWith(id(),'users/')"],
    ["exact(name = 'Ann' or name in ('Bob'))", "exact((name='Ann' or name in {'Bob'}))"],
    ['boost((a = 1 and b = 2), $p2)', 'boost((a=1 and b=2),$p2)'],
    ['search(m, $p1, and)', 'search(m,$p1,and)'],
    ["f = cmpxchg('key').a.b", "f=cmpxchg('key').a.b"],
    [
      'spatial.within(spatial.point(lat, lng), spatial.circle($p0, $p1, $p2))',
      'spatial.within(spatial.point(lat,lng),spatial.circle($p0,$p1,$p2))',
    ],
    ['d < now()', 'd<now()'],
    ['@metadata.@nested-object = 1', '@metadata.@nested-object=1'],
    ['true', 'true'],
    ['a = -1.50', 'a=-1.50'],
    ['a = 123456789012345678901234567890', 'a=123456789012345678901234567890'],
  ])('reads %s', (text, expected) => {
    expect(where(text)).toBe(expected);
  });
});

describe('a query', () => {
  it('may limit what a filter looks at, where there is one or other paging before it', () => {
    expect(refusal('from A filter x = 1 filter_limit 2')).toBe('accepted');
    expect(refusal('from A limit 1 filter_limit 2')).toBe('accepted');
    expect(refusal('from A select x filter_limit 2')).toBe('accepted');
    expect(refusal('from A where x = 1 filter_limit 2')).toBe('1:20 There is no FILTER to be limited');
    expect(refusal('from A filter_limit 2 limit 1')).toBe('1:8 There is no FILTER to be limited');
  });

  it('has its clauses in their places', () => {
    const query = parseQuery(`
      declare function f(a, b) { return { x: '}' + /[}]/.source + \`\${a}\` }; }
      from Orders as o // the orders
      where o.total > $p0 order by o.total as double desc, id() nulls last, 'my field'
      load o.company as c, o.lines[].product as p[]
      filter o.total < 5
      select distinct o.total, c.name as company, id(o), 'text' as t
      include o.employee, counters('likes') limit 5, 10 filter_limit 100`);
    expect(query.functions).toMatchObject([{ name: 'f', parameters: ['a', 'b'] }]);
    expect(query.functions[0]?.body.text).toContain('[}]');
    expect(query.from).toEqual({ isIndex: false, source: 'Orders', alias: 'o' });
    expect(query.orderBy.map(({ as, descending, nulls }) => ({ as, descending, nulls }))).toEqual([
      { as: 'double', descending: true, nulls: undefined },
      { as: 'implicit', descending: false, nulls: 'last' },
      { as: 'implicit', descending: false, nulls: undefined },
    ]);
    expect(query.load.map(({ alias, isArray }) => [alias, isArray])).toEqual([
      ['c', false],
      ['p', true],
    ]);
    expect(query.select).toMatchObject({ kind: 'fields', distinct: true });
    expect(query.include).toHaveLength(2);
    expect(query.paging).toMatchObject({
      offset: { text: '5' },
      limit: { text: '10' },
      filterLimit: { text: '100' },
    });
  });

  it('takes include before or after paging, and limit and offset in either order', () => {
    const before = parseQuery('from Users include a limit 1 offset 2');
    const after = parseQuery('from Users offset 2 limit 1 include a');
    expect(before).toEqual(after);
  });

  it('groups by fields, arrays and aliases', () => {
    const query = parseQuery(
      'from Orders group by City as c, array(Lines[].P) where count() > 5 select key() as k, sum(x)',
    );
    expect(query.groupBy.map(({ expression, alias }) => [operand(expression), alias])).toEqual([
      ['City', 'c'],
      ['array(Lines[].P)', undefined],
    ]);
  });

  it('takes JavaScript objects and updates as they stand', () => {
    expect(parseQuery("from U as u select { a: u.b, c: '}' }").select).toMatchObject({
      kind: 'javascript',
      object: { text: "{ a: u.b, c: '}' }" },
    });
    expect(parseQuery('from U update { this.x = { y: 1 }; }').update?.text).toBe(' this.x = { y: 1 }; ');
  });

  it('has an order by text in quotes for spatial fields', () => {
    const query = parseQuery(
      "from Shops order by spatial.distance('spatial.point(lat, lng)', spatial.point($a, $b))",
    );
    expect(operand(query.orderBy[0]?.expression)).toContain("'spatial.point(lat, lng)'");
  });
});

describe('text that is no query', () => {
  it.each([
    ['select * from Users', "1:1 Expected 'from' at the start of a query but got: select"],
    ['from As', '1:6 Unable to parse identifier in FROM clause but got: As'],
    ['from Users where', '1:17 Expected a field or a method but got: the end of the query'],
    ['from Users where not a = 1', "1:18 'not' must follow 'and' or 'or': write 'true and not …'"],
    ['from Users where a > 1e2', "1:22 '1e' is not a number: it must have digits and one point at most"],
    [
      'from Users where false',
      '1:23 Expected an operator after a field: one of =, !=, <, <=, >, >=, between, in or all in, but got: the end of the query',
    ],
    ['from Users limit 1,2 offset 3', '1:22 There is an OFFSET already'],
    [
      'from Users include a include b',
      '1:22 Query already has an include statement, but encountered a second one',
    ],
    ['from Users select total + 1', '1:25 Expected end of query but got: +'],
    ["from Users where a = 'x", '1:22 A text has no closing quote'],
    ['from Users -- c', '1:12 Expected end of query but got: -'],
    ['from Users;', '1:11 Expected end of query but got: ;'],
    ['declare function f() { from Users', "1:22 Unable to get body for f: '{' is never closed"],
    [
      'from Users\nwhere a ~ 1',
      '2:9 Expected an operator after a field: one of =, !=, <, <=, >, >=, between, in or all in, but got: ~',
    ],
  ])('is refused with its position: %s', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('is refused when it nests deeper than the limit', () => {
    const deep = `from U where ${'('.repeat(200)}a = 1${')'.repeat(200)}`;
    expect(refusal(deep)).toContain('Query is too complex, over 128 nested clauses are not allowed');
    const calls = `from U where ${'exact('.repeat(5000)}a = 1${')'.repeat(5000)}`;
    expect(refusal(calls)).toContain('Query is too complex');
    const templates = `from U select { a: ${'`${'.repeat(5000)} }`;
    expect(refusal(templates)).toContain('Unable to get body for SELECT');
  });

  it('is read in time that grows with its length only', () => {
    const nested = `from U where ${'f('.repeat(60)}a = 1${') = 1'.repeat(60)}`;
    expect(refusal(nested)).toBe('accepted');
  });

  it('never gives anything but a syntax error', () => {
    const word = fc.constantFrom(
      ...'from index Users where a b.c = == > < <= ( ) , and or not in all between exists search true null $p 1 2.5 group by order desc as long limit offset include select distinct * { } [ ] . update declare function load filter id().x'.split(
        ' ',
      ),
      "'s'",
      '"d"',
      "'",
      '//',
      '/*',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        refusal(words.join(' '));
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        (text) => void refusal(`from U where ${text}`),
      ),
      { numRuns: 1000 },
    );
  });
});
