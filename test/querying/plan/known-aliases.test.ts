import { describe, expect, it } from 'vitest';
import { readQuery } from '../../../node/querying/plan/read-query.ts';

describe('paths of a query with aliases', () => {
  it.each([
    "from People as p where q.name = 'a'",
    "from People as p where address.city = 'a'",
    "from People as p where tags[] = 'a'",
    "from People as p where @metadata.@id = 'a'",
    "from People as p where p.name = 'a' or (exists(q.b) and p.age > 1)",
    "from People as p where true and not search(q.b, 'a')",
    'from People as p where p.age between 1 and 2 and q.age in (1)',
    'from People as p where when($p = 1, q.age = 2)',
    'from People as p order by score(), q.name',
    'from People as p group by q.city select count()',
    'from People as p select q.name',
    'from People as p select getMetadata(q.name)',
    'declare function f(a) { return a; } from People as p select f(q.name)',
    'from People as p load q.boss as b',
    'from People as p load p.boss as b select q.name',
    'from People load boss as b select q.name',
    'from People as p include q.boss',
    'from People as p include cmpxchg(q.name)',
    "from index 'X' as p select q.name",
    "from index 'X' as p include q.name",
  ])('begin with one: %s', (text) => {
    expect(() => readQuery(text)).toThrow(
      /^Unknown alias (?:q|address|tags|@metadata), but .* \((?:p|b|p, b)\)/,
    );
  });

  it.each([
    "from People where address.city = 'a' order by address.zip select address.city",
    "from People as p where p.address.city = 'a' and name = 'b' and id(p) = 'c'",
    'from People as p load p.boss as b, b.boss as c select p.name, b.name, c.a.b, city include b.boss',
    "from People as p where b.name = 'a' load p.boss as b",
    'from People as p filter address.city = 1',
    "from index 'X' as p where Nested.Field = 1 order by Nested.Field",
    'from People as p select { a: q.name }',
    "from People as p select 'q.name'",
  ])('need not otherwise: %s', (text) => {
    expect(() => readQuery(text)).not.toThrow();
  });

  it('are looked at however deep they are', () => {
    const deep = Array.from({ length: 200 }, (_, at) => `p.a${at} = 1`).join(' or ');
    expect(() => readQuery(`from People as p where ${deep}`)).not.toThrow();
    expect(() => readQuery(`from People as p where ${deep} or q.a = 1`)).toThrow('Unknown alias q');
  });
});
