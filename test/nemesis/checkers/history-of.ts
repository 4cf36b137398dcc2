import {
  type Completed,
  completedOperations,
  type Operation,
  type OperationType,
} from '../history/operation.ts';

/** A line of a small history: process, type, f, value, and whatever else it has. */
export type Line = readonly [
  process: number,
  type: OperationType,
  f: string,
  value: unknown,
  more?: Partial<Operation>,
];

export function historyOf(lines: readonly Line[]): readonly Completed[] {
  const history = lines.map(([process, type, f, value, more], index): Operation => {
    return { index, time: index, process, type, f, value, workload: 'tested', ...more };
  });
  return completedOperations(history, 'tested');
}

/** One operation after the other, each by a process of its own, all acknowledged. */
export function sequence(steps: readonly (readonly [f: string, value: unknown, answer?: unknown])[]): Line[] {
  return steps.flatMap(([f, value, answer], process): Line[] => [
    [process, 'invoke', f, value],
    [process, 'ok', f, answer ?? value],
  ]);
}
