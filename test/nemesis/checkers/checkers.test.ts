import { describe, expect, it } from 'vitest';
import { checkBank } from './check-bank.ts';
import { checkCausal } from './check-causal.ts';
import { checkIdentities } from './check-identities.ts';
import { checkRegisters } from './check-register.ts';
import { checkSessions } from './check-sessions.ts';
import { checkSet } from './check-set.ts';
import type { Finding } from './finding.ts';
import { historyOf, type Line, sequence } from './history-of.ts';

const names = (findings: readonly Finding[]) => findings.map(({ anomaly }) => anomaly);

describe('checkBank', () => {
  it.each<[what: string, balances: object, found: string[]]>([
    ['the total', { a: 15, b: 5 }, []],
    ['money that came from nowhere', { a: 15, b: 6 }, ['wrong-total']],
    ['an account that is missing', { a: 15 }, ['wrong-total']],
    ['an overdrawn account', { a: 21, b: -1 }, ['negative-balance']],
  ])('judges %s', (_, balances, found) => {
    const lines = sequence([
      ['transfer', { from: 'a', to: 'b', amount: 5 }],
      ['read', null, balances],
    ]);
    expect(names(checkBank(historyOf(lines), 20))).toEqual(found);
  });
});

describe('checkSet', () => {
  const unknown: Line[] = [
    [9, 'invoke', 'add', 9],
    [9, 'info', 'add', 9],
    [8, 'invoke', 'add', 8],
    [8, 'fail', 'add', 8],
  ];
  const adds = [
    ['add', 1],
    ['add', 2],
  ] as const;
  it.each<[what: string, lines: Line[], found: string[]]>([
    ['all that was acknowledged', sequence([...adds, ['read', null, [1, 2]]]), []],
    ['what nobody knows of, there', [...unknown, ...sequence([...adds, ['read', null, [1, 2, 9]]])], []],
    ['one that is gone', sequence([...adds, ['read', null, [2]]]), ['lost']],
    [
      'one that is gone on the second copy',
      sequence([...adds, ['read', null, [1, 2]], ['read', null, [1]]]),
      ['lost'],
    ],
    [
      'one that was added later',
      sequence([
        ['add', 1],
        ['read', null, [1]],
        ['add', 2],
      ]),
      [],
    ],
    ['one from nowhere', sequence([...adds, ['read', null, [1, 2, 3]]]), ['never-written']],
    ['one that failed', [...unknown, ...sequence([...adds, ['read', null, [1, 2, 8]]])], ['failed-write']],
    ['no read at all', sequence(adds), ['never-read']],
  ])('judges %s', (_, lines, found) => {
    expect(names(checkSet(historyOf(lines)))).toEqual(found);
  });
});

describe('checkIdentities', () => {
  const atOnce = (...values: number[]): Line[] => [
    ...values.map((_, process): Line => [process, 'invoke', 'generate', null]),
    ...values.map((value, process): Line => [process, 'ok', 'generate', value]),
  ];
  it.each<[what: string, lines: Line[], found: string[]]>([
    [
      'growing numbers',
      sequence([
        ['generate', null, 1],
        ['generate', null, 4],
      ]),
      [],
    ],
    ['any order of those that were asked for at once', atOnce(3, 1, 2), []],
    ['one that was given out twice', atOnce(1, 1), ['duplicate']],
    [
      'one that is less than an earlier one',
      sequence([
        ['generate', null, 4],
        ['generate', null, 1],
      ]),
      ['not-growing'],
    ],
    [
      'one that nobody got',
      [
        [0, 'invoke', 'generate', null],
        [0, 'info', 'generate', null],
      ],
      [],
    ],
  ])('judges %s', (_, lines, found) => {
    expect(names(checkIdentities(historyOf(lines)))).toEqual(found);
  });
});

describe('checkSessions', () => {
  const saved: [string, unknown, unknown?][] = [
    ['add', 1],
    ['add', 2],
  ];
  it.each<[what: string, steps: [string, unknown, unknown?][], found: string[]]>([
    ['everything, as a whole', [['read', null, ['1/a', '1/b', '2/b', '2/a']]], []],
    ['an element that is gone', [['read', null, ['1/a', '1/b']]], ['lost']],
    ['half of one in the end', [['read', null, ['1/a', '1/b', '2/a']]], ['half-batch']],
    [
      'one that nobody saved',
      [['read', null, ['1/a', '1/b', '2/a', '2/b', '3/a', '3/b']]],
      ['never-written'],
    ],
    [
      'a look at half of one',
      [
        ['look', 1, ['b']],
        ['read', null, ['1/a', '1/b', '2/a', '2/b']],
      ],
      ['half-batch'],
    ],
    [
      'a look at one that has not come yet',
      [
        ['look', 1, []],
        ['read', null, ['1/a', '1/b', '2/a', '2/b']],
      ],
      [],
    ],
    ['no read at all', [], ['never-read']],
  ])('judges %s', (_, steps, found) => {
    const lines = sequence([...saved, ...steps]);
    expect(names(checkSessions(historyOf(lines), 2))).toEqual(found);
  });
});

describe('checkCausal', () => {
  const one = (type: 'ok' | 'info' | 'fail', f: string, value: number, process = 0, key = 'k'): Line[] => [
    [process, 'invoke', f, f === 'read' ? null : value, { key }],
    [process, type, f, value, { key }],
  ];
  it.each<[what: string, lines: Line[], found: string[]]>([
    ['its own write', [...one('ok', 'write', 1), ...one('ok', 'read', 1)], []],
    ['one that failed', [...one('fail', 'write', 1), ...one('ok', 'read', 1)], ['failed-write']],
    [
      'a later one without an answer',
      [...one('ok', 'write', 1), ...one('info', 'write', 2), ...one('ok', 'read', 2, 1)],
      [],
    ],
    [
      'the last known, with a later one without an answer',
      [...one('ok', 'write', 1), ...one('info', 'write', 2), ...one('ok', 'read', 1, 1)],
      [],
    ],
    [
      'what was there before its write',
      [...one('ok', 'write', 1), ...one('ok', 'write', 2), ...one('ok', 'read', 1)],
      ['stale-read'],
    ],
    ['nothing, before it wrote', one('ok', 'read', 0), []],
    ['what nobody wrote', one('ok', 'read', 1), ['never-written']],
    ['the write of another key', [...one('ok', 'write', 1), ...one('ok', 'read', 0, 1, 'other')], []],
  ])('judges %s', (_, lines, found) => {
    expect(names(checkCausal(historyOf(lines)))).toEqual(found);
  });
});

describe('checkRegisters', () => {
  const on = (key: string, lines: readonly Line[]) =>
    lines.map(([process, type, f, value, more]): Line => [process, type, f, value, { key, ...more }]);
  it.each<[what: string, lines: Line[], found: string[]]>([
    [
      'what was set',
      on(
        'x',
        sequence([
          ['cas', [null, 'a']],
          ['read', null, 'a'],
          ['cas', ['a', 'b']],
        ]),
      ),
      [],
    ],
    [
      'a stale read',
      on(
        'x',
        sequence([
          ['cas', [null, 'a']],
          ['cas', ['a', 'b']],
          ['read', null, 'a'],
        ]),
      ),
      ['not-linearizable'],
    ],
    [
      'two keys that have nothing to do with one another',
      [...on('x', sequence([['cas', [null, 'a']]])), ...on('y', sequence([['read', null, null]]))],
      [],
    ],
    [
      'a refusal by what was there',
      on('x', [
        ...sequence([['cas', [null, 'a']]]),
        [5, 'invoke', 'cas', [null, 'c']],
        [5, 'fail', 'cas', [null, 'c'], { seen: 'a' }],
      ]),
      [],
    ],
    [
      'a refusal of what was there',
      on('x', [
        ...sequence([['cas', [null, 'a']]]),
        [5, 'invoke', 'cas', ['a', 'c']],
        [5, 'fail', 'cas', ['a', 'c'], { seen: 'a' }],
      ]),
      ['not-linearizable'],
    ],
    [
      'one that was never sent, and what it would have written',
      on('x', [
        [5, 'invoke', 'cas', [null, 'c']],
        [5, 'fail', 'cas', [null, 'c']],
        ...sequence([['read', null, 'c']]),
      ]),
      ['not-linearizable'],
    ],
  ])('judges %s', (_, lines, found) => {
    expect(names(checkRegisters(historyOf(lines)))).toEqual(found);
  });

  it('names the first operation that does not fit', () => {
    const lines = on(
      'x',
      sequence([
        ['cas', [null, 'a']],
        ['cas', ['a', 'b']],
        ['read', null, 'a'],
        ['read', null, 'b'],
      ]),
    );
    expect(checkRegisters(historyOf(lines))[0]?.explanation).toContain('the first that does not fit is #4');
  });
});
