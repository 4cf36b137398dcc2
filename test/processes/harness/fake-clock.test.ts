import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';

const HOUR_MS = 3_600_000;

/** Tells, whenever it gets a line, what its two clocks say. */
const PROGRAM = `
  process.stdin.on('data', () => console.log(JSON.stringify([Date.now(), performance.now()])));
`;

it('a program looks at the clock that it was given, while it runs, and time goes on', async ({ skip }) => {
  const clock = FakeClock.create();
  if (clock === undefined) return skip('needs libfaketime');
  const running = promisify(execFile)(process.execPath, ['-e', PROGRAM], {
    env: { ...process.env, ...clock.environment },
  });
  const { stdin, stdout } = running.child;
  const look = () =>
    new Promise<readonly [wallMs: number, monotonicMs: number]>((resolve) => {
      stdout?.once('data', (text: string) => resolve(JSON.parse(text)));
      stdin?.write('\n');
    });
  try {
    const looks: (readonly [wallMs: number, monotonicMs: number])[] = [];
    for (const hours of [0, 5, -3]) {
      clock.set(hours * HOUR_MS);
      looks.push(await look());
    }
    const [[atFirst, first], [ahead, second], [back, third]] = looks as [
      readonly [number, number],
      readonly [number, number],
      readonly [number, number],
    ];
    // The wall clocks less what has passed between the looks, to a minute.
    expect(Math.round((ahead - atFirst - (second - first)) / 60_000)).toBe(5 * 60);
    expect(Math.round((back - atFirst - (third - first)) / 60_000)).toBe(-3 * 60);
    expect(third).toBeGreaterThan(second);
  } finally {
    stdin?.end();
    await running;
    clock.dispose();
  }
});
