import { expect, test } from 'vitest';
import { runSimulation } from './run-simulation.ts';

const seeds = 2000;
const chunk = 200;

// In parts, so that a reporter shows that it moves; a failing seed names itself and the command that replays it.
for (let from = 1; from <= seeds; from += chunk) {
  test(`every invariant holds and every cluster recovers in the runs of seeds ${from} to ${from + chunk - 1}`, () => {
    let acknowledged = 0;
    for (let seed = from; seed < from + chunk; seed++) acknowledged += runSimulation({ seed }).acknowledged;
    // A simulation in which nothing happens proves nothing.
    expect(acknowledged).toBeGreaterThan(100 * chunk);
  });
}

test('a seed decides everything: two runs of it tell the same story', () => {
  const tell = () => {
    const lines: string[] = [];
    const result = runSimulation({ seed: 4711, onTrace: (line) => lines.push(line) });
    return { lines, result };
  };
  const first = tell();
  expect(first.lines.length).toBeGreaterThan(20);
  expect(tell()).toEqual(first);
});
