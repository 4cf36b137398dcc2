import { ROUND_BEGINS } from './run-world.ts';

/** Lines of a story that are told; those before them are counted. */
const LINES_MAX = 60;

/** What of a failing run's story led to its end: the last round, what is said again and again once, the last lines. */
export function shortStory(lines: readonly string[]): readonly string[] {
  const begin = lines.findLastIndex((line) => line.includes(ROUND_BEGINS));
  const round = onceEach(lines.slice(Math.max(0, begin)));
  if (round.length <= LINES_MAX) return round;
  return [round[0] ?? '', `(${round.length - LINES_MAX} lines are left out)`, ...round.slice(1 - LINES_MAX)];
}

/** Lines that say the same at other times are one. */
function onceEach(lines: readonly string[]): readonly string[] {
  const told: { readonly line: string; times: number }[] = [];
  for (const line of lines) {
    const last = told.at(-1);
    if (last !== undefined && withoutTime(last.line) === withoutTime(line)) last.times++;
    else told.push({ line, times: 1 });
  }
  return told.map(({ line, times }) => (times === 1 ? line : `${line} (${times} times)`));
}

function withoutTime(line: string): string {
  return line.replace(/^ *\d+ ms/, '');
}
