import { describe, expect, it } from 'vitest';
import { ValueBinder } from '../../../node/querying/plan/bind-values.ts';
import { compileWhere } from '../../../node/querying/plan/compile-where.ts';
import { FieldNeeds } from '../../../node/querying/plan/field-need.ts';
import type { Predicate } from '../../../node/querying/plan/predicate.ts';
import { parseQuery } from '../../../node/querying/rql/parse-query.ts';

function compiled(where: string, parameters: Readonly<Record<string, unknown>> = {}) {
  const text = `from Things where ${where}`;
  const needs = new FieldNeeds();
  const { where: parsed } = parseQuery(text);
  if (parsed === undefined) throw new TypeError('There is no condition.');
  const predicate = compileWhere(parsed, { binder: new ValueBinder(text, parameters), needs, nowMs: 0 });
  return { predicate, fields: needs.all.map(({ name }) => name).sort() };
}

/** The fields that a predicate asks for, with how it joins them. */
function shape(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return `(${predicate.parts.map(shape).join(` ${predicate.kind} `)})`;
    case 'not':
    case 'boost':
      return `${predicate.kind} ${shape(predicate.part)}`;
    default:
      return 'field' in predicate ? predicate.field : predicate.kind;
  }
}

describe('the condition of when()', () => {
  it.each<[condition: string, parameters: Readonly<Record<string, unknown>>, holds: boolean]>([
    ['$p = 1', { p: 1 }, true],
    ['$p = 1', { p: 1.5 }, false],
    ['$p = 1', { p: '1' }, true],
    ['$p = 1', {}, false],
    ['$p = null', {}, true],
    ['$p != null', { p: false }, true],
    ['$p != null', { p: null }, false],
    ["$p = 'ADA'", { p: 'ada' }, true],
    ["$p != 'ada'", { p: ['x', 'Ada'] }, false],
    ["$p = 'ada'", { p: ['x', 'Ada'] }, true],
    ['$p = true', { p: false }, false],
    ['$p > 2', { p: 10 }, true],
    ['$p > 2', { p: null }, false],
    ['$p <= 2', { p: 2 }, true],
    ["$p < 'b'", { p: 'a' }, true],
    ['$p between 1 and 3', { p: 3 }, true],
    ['$p between 1 and 3', { p: 4 }, false],
    ['$p in (1, 2)', { p: 2 }, true],
    ['$p in ($l)', { p: 'b', l: ['A', 'B'] }, true],
    ["$p all in ('a', 'b')", { p: ['b', 'c', 'a'] }, true],
    ["$p all in ('a', 'b')", { p: ['a'] }, false],
    ['$p = $q', { p: 2, q: 2 }, true],
    ['$p.x.y = 1', { p: { x: { y: 1 } } }, true],
    ['$p.x.y = 1', { p: { x: 1 } }, false],
    ['$p = 1 and $q = 2 or $r = 3', { p: 1, r: 3 }, true],
    ['($p = 1 or $q = 2) and $r = 3', { p: 1 }, false],
    ['$p = 1 and not $q = 2', { p: 1, q: 2 }, false],
    ['true and $p = 1', { p: 1 }, true],
  ])('%s with %j is %s', (condition, parameters, holds) => {
    const { predicate, fields } = compiled(`when(${condition}, name = 'x')`, parameters);
    expect([shape(predicate), fields]).toEqual([holds ? 'name' : 'all', ['name']]);
  });

  it.each<[where: string, message: string]>([
    ["when(name = 1, name = 'x')", 'compares parameters only'],
    ["when('$p' = 1, name = 'x')", 'compares parameters only'],
    ["when(exists(name), name = 'x')", 'but has exists()'],
    ["when($p, name = 'x')", 'Expected an operator'],
    ['when($p = 1)', "Expected ',' and a clause"],
    ["when($p = 1, name = 'x', 2)", 'expects two arguments'],
    ['when($p = 1, 5)', 'expects a clause'],
    ['when()', 'expects two arguments'],
    ['$p = 1', 'Expected a field or a method'],
    ['when($p = 1, $p = 1)', 'Expected an argument'],
  ])('%s is refused', (where, message) => {
    expect(() => compiled(where, { p: 1 })).toThrow(message);
  });
});

describe('a clause whose when() does not hold', () => {
  it.each<[where: string, left: string]>([
    ['when($p = 0, a = 1) and b = 1', 'b'],
    ['b = 1 or when($p = 0, a = 1)', 'b'],
    ['when($p = 0, a = 1) or when($p = 0, b = 1)', 'all'],
    ['c = 1 and (when($p = 0, a = 1) or when($p = 0, b = 1))', 'c'],
    ['true and not when($p = 0, a = 1)', 'all'],
    ['b = 1 and not when($p = 0, a = 1)', 'b'],
    ['boost(when($p = 0, a = 1), 3) or b = 1', 'b'],
    ['exact(when($p = 0, a = 1)) or b = 1', 'b'],
    ['b = 1 or (when($p = 0, a = 1) and c = 1)', '(b or c)'],
    ['when($p = 1, a = 1 or when($p = 0, b = 1))', 'a'],
    ['b = 1 and when($p = 1, a = 1)', '(b and a)'],
  ])('%s leaves %s', (where, left) => {
    expect(shape(compiled(where, { p: 1 }).predicate)).toBe(left);
  });

  it('need not make sense, and still says which fields it is about', () => {
    expect(compiled('when($p != null, age > $p)', { p: null })).toEqual({
      predicate: { kind: 'all' },
      fields: ['age'],
    });
    expect(compiled('when($p = 1, age > $nobody)', {}).predicate).toEqual({ kind: 'all' });
    expect(() => compiled('when($p = 1, nosuch(age))', {})).toThrow("Method 'nosuch' is not supported");
  });
});
