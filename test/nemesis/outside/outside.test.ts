import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import { historyLine } from '../history/history-lines.ts';
import type { Operation } from '../history/operation.ts';
import { checkWorkload } from '../workloads/all-workloads.ts';
import { compareCheckers } from './compare-checkers.ts';
import { OutsideChecker } from './outside-checker.ts';
import { numbered, rightHistory } from './random-history.ts';
import { TOY_NAMES, TOYS } from './toy-systems.ts';

/** Random histories of each kind. */
const HISTORIES = 1_500;

let outside: OutsideChecker | undefined;
let folder: string;
beforeAll(async () => {
  outside = await OutsideChecker.build();
  folder = await mkdtemp(join(tmpdir(), 'nemesis-outside-'));
});
afterAll(async () => {
  await outside?.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('our checkers and Porcupine', () => {
  it.each(TOY_NAMES)('say the same of random histories of %s, right ones and wrong ones', async (name) => {
    const random = new SeededRandom(7);
    for (let times = 0; times < 100; times++) {
      expect(checkWorkload(name, rightHistory(TOYS[name].create(), random))).toEqual([]);
    }
    if (outside === undefined) return;
    const { right, wrong, disagreements } = await compareCheckers(outside, name, {
      count: HISTORIES,
      seed: 3,
    });
    expect(disagreements).toEqual([]);
    expect(Math.min(right, wrong)).toBeGreaterThan(HISTORIES / 20);
  });

  it('refuse a history file into which one wrong answer was put, and no other', async ({ skip }) => {
    if (outside === undefined) return skip('needs Go and the module Porcupine');
    const random = new SeededRandom(5);
    const histories = TOY_NAMES.map((name) => rightHistory(TOYS[name].create(), random));
    const right = numbered(histories.flat());
    const stale = right.map((line): Operation => {
      const isLast = line === right.findLast(({ type, f }) => type === 'ok' && f === 'txn');
      return isLast ? { ...line, value: [['r', 'x', [999]]] } : line;
    });
    for (const [name, history] of [
      ['right', right],
      ['stale', stale],
    ] as const) {
      const file = join(folder, `${name}.jsonl`);
      await writeFile(file, history.map(historyLine).join(''));
      const { isRight, report } = await outside.checkFile(file);
      expect(isRight).toBe(name === 'right');
      expect(report).toMatch(name === 'right' ? /^append: Ok/m : /^append: Illegal/m);
      expect(checkWorkload('append', history).length > 0).toBe(name !== 'right');
    }
  });
});
