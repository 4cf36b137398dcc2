import Table from 'cli-table3';

/** One step of the suite, as it went. */
export interface StepResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not run';
  /** From its beginning until everything was checked, in seconds. */
  readonly seconds: number;
  /** Longest time during the step in which no write of the client was acknowledged, in milliseconds. */
  readonly pauseMs: number | undefined;
  readonly error?: string;
}

/** The table for people, and the line with the counts. */
export function reportOf(results: readonly StepResult[]): string {
  const table = new Table({
    head: ['Step', 'Outcome', 'Seconds', 'Longest pause of the client'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'right', 'right'],
  });
  for (const { name, outcome, seconds, pauseMs } of results) {
    const pause = pauseMs === undefined ? '-' : `${(pauseMs / 1000).toFixed(1)} s`;
    table.push([name, outcome, seconds.toFixed(1), pause]);
  }
  return `${table.toString()}\n${countLine(results)}`;
}

/** A step that could not be run is not a passed one. */
export function countLine(results: readonly StepResult[]): string {
  const passed = results.filter(({ outcome }) => outcome === 'passed').length;
  return `${passed} passed, ${results.length - passed} failed`;
}
