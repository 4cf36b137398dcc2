import type { Operation, OperationType } from './operation.ts';

const TYPES: readonly string[] = ['invoke', 'ok', 'fail', 'info'] satisfies OperationType[];

export function historyLine(operation: Operation): string {
  return `${JSON.stringify(operation)}\n`;
}

/** The operations of a history file. Throws with the number of the line that is none. */
export function parseHistory(text: string): readonly Operation[] {
  return text
    .split('\n')
    .map((line, at) => ({ line, at }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, at }) => {
      const operation = parsed(line);
      if (operation === undefined)
        throw new Error(`Line ${at + 1} of the history is not an operation: ${line.slice(0, 80)}`);
      return operation;
    });
}

function parsed(line: string): Operation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Told with its line.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { index, time, process, type, f } = value as Partial<Record<keyof Operation, unknown>>;
  const isOperation =
    Number.isSafeInteger(index) &&
    typeof time === 'number' &&
    (process === 'nemesis' || Number.isSafeInteger(process)) &&
    TYPES.includes(String(type)) &&
    typeof f === 'string';
  return isOperation ? (value as Operation) : undefined;
}
