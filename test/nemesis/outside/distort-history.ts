import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import type { Operation } from '../history/operation.ts';
import { numbered } from './random-history.ts';

/** How far an end moves ahead, or a beginning back, at most, in lines. */
const MOVE_MAX = 6;

type Distort = (answer: unknown, random: SeededRandom) => unknown;

/** One change of a history, which often makes it wrong: another answer, another outcome, an earlier end or a later beginning. */
export function distorted(
  history: readonly Operation[],
  distort: Distort,
  random: SeededRandom,
): readonly Operation[] {
  const at = random.between(0, history.length - 1);
  const line = history[at];
  if (line === undefined) return history;
  switch (random.between(0, 3)) {
    case 0:
    case 1:
      return line.type === 'ok' && line.f !== 'write'
        ? history.with(at, { ...line, value: distort(line.value, random) })
        : history;
    case 2:
      return line.type === 'ok' ? history.with(at, { ...line, type: 'fail' }) : history;
    default:
      return moved(history, at, random.between(1, MOVE_MAX));
  }
}

/** An end comes earlier, a beginning later, never beyond one another: more must have been before something else. */
function moved(history: readonly Operation[], at: number, lines: number): readonly Operation[] {
  const line = history[at];
  if (line === undefined) return history;
  const step = line.type === 'invoke' ? 1 : -1;
  const rest = history.toSpliced(at, 1);
  let to = at;
  for (let moves = 0; moves < lines; moves++) {
    // The line that it passes, in the history without it.
    const passed = rest[step === 1 ? to : to - 1];
    if (passed === undefined || passed.process === line.process) break;
    to += step;
  }
  return numbered(rest.toSpliced(to, 0, line));
}
