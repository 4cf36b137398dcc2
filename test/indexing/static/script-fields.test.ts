import { describe, expect, it } from 'vitest';
import { scriptFields } from '../../../node/indexing/static/script-fields.ts';

describe('fields that the text of a JavaScript map names', () => {
  it.each([
    ["map('A', (a) => ({ x: a.x, 'y z': 1, [a.n]: 2 }))", ['x', 'y z']],
    ["map('A', (a) => { if (a.no) return null; return { x: a.x, y }; })", ['x', 'y']],
    ["map('A', function (a) { return a.lines.map((l) => ({ l: l.n })); })", ['l']],
    ["map('A', (a) => { const v = a.v; return [{ x: a.x }, { y: v }]; })", ['x', 'y']],
    ["map('A', (a) => a.no ? null : a.one ? { x: 1 } : [{ y: 1 }])", ['x', 'y']],
    ["map('A', (a) => a.yes && { x: 1 })", ['x']],
    ["map('A', (a) => boost({ x: boost(a.x, 2) }, a.n))", ['x']],
    ["map('A', (a) => a)", []],
    ["map('A', (a) => ({ ...a, x: 1 }))", ['x']],
    ['groupBy((x) => ({ k: x.k })).aggregate((g) => ({ k: g.key.k, n: 1 }))', ['k', 'n']],
  ])('%s', (text, fields) => {
    expect(scriptFields(text)).toEqual(fields);
  });
});
