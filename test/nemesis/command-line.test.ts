import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { historyLine } from './history/history-lines.ts';
import type { Operation } from './history/operation.ts';

const PROGRAM = new URL('./nemesis.ts', import.meta.url).pathname;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nemesis-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

it.each<[what: string, args: string[], code: number, said: RegExp]>([
  ['help', ['--help'], 0, /append-unchecked[\s\S]*Faults: kill, pause/],
  ['a workload that there is not', ['--workload', 'bank,shop'], 2, /no 'shop'; there are register,/],
  ['lost disks under plain writes', ['--faults', 'loss', '--workload', 'set'], 2, /use 'majority'/],
  ['a history that has no place', ['--history', '/nowhere/history.jsonl'], 2, /can't be written.*ENOENT/],
  ['a history that is not there', ['--check', '/nowhere/history.jsonl'], 2, /can't be read.*ENOENT/],
])('answers to %s', async (_, args, code, said) => {
  const answer = await run(...args);
  expect(answer.output).toMatch(said);
  expect(answer.code).toBe(code);
});

it('ends with 1 and tells what is wrong with a history, and with 0 when nothing is', async () => {
  const steps = [
    ['invoke', 'add', 1],
    ['ok', 'add', 1],
    ['invoke', 'read', null],
    ['ok', 'read', []],
    ['invoke', 'read', null],
    ['ok', 'read', []],
  ] as const;
  const bad = steps.map(([type, f, value], index): Operation => {
    return { index, time: index, process: 0, type, f, value, workload: 'set' };
  });
  const good = bad.map((operation) => (operation.f === 'read' ? { ...operation, value: [1] } : operation));
  const file = join(folder, 'history.jsonl');
  await writeFile(file, bad.map(historyLine).join(''));
  const refused = await run('--check', file);
  expect(refused.output).toMatch(/^set: lost: #2 .* #0.*\n {2}and 1 more\n/m);
  expect(refused.code).toBe(1);
  await writeFile(file, good.map(historyLine).join(''));
  expect(await run('--check', file)).toMatchObject({ code: 0, output: expect.stringContaining('of set') });
});
