import { type Completed, nameOf } from '../history/operation.ts';
import type { Finding } from './finding.ts';

/** Each number is given out once, and is greater than all that were given out before it was asked for, by anybody. */
export function checkIdentities(operations: readonly Completed[]): readonly Finding[] {
  const given = operations
    .filter(({ outcome }) => outcome === 'ok')
    .map((operation) => ({ operation, value: operation.end?.value as number }));
  const byValue = new Map<number, Completed>();
  const findings: Finding[] = [];
  for (const { operation, value } of given) {
    const other = byValue.get(value);
    if (other !== undefined) {
      findings.push({
        anomaly: 'duplicate',
        explanation: `${nameOf(other)} and ${nameOf(operation)} both got ${value}`,
      });
    }
    byValue.set(value, operation);
  }
  const byEnd = given.toSorted((a, b) => a.operation.endAt - b.operation.endAt);
  let ended = 0;
  let greatest: (typeof given)[number] | undefined;
  for (const { operation, value } of given.toSorted((a, b) => a.operation.startAt - b.operation.startAt)) {
    for (
      let next = byEnd[ended];
      next !== undefined && next.operation.endAt < operation.startAt;
      next = byEnd[++ended]
    ) {
      if (greatest === undefined || next.value > greatest.value) greatest = next;
    }
    if (greatest !== undefined && value < greatest.value) {
      findings.push({
        anomaly: 'not-growing',
        explanation: `${nameOf(operation)} got ${value}, after ${nameOf(greatest.operation)} had got ${greatest.value}`,
      });
    }
  }
  return findings;
}
