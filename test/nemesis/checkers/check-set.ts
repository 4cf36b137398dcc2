import { type Completed, nameOf } from '../history/operation.ts';
import type { Finding } from './finding.ts';

/** Elements that one finding names. */
const NAMED_MAX = 10;

/** Every read that began after an `add` was acknowledged, of a copy that has everything by then, must have its element. */
export function checkSet(operations: readonly Completed[]): readonly Finding[] {
  const adds = operations.filter(({ invoke }) => invoke.f === 'add');
  const byElement = new Map(adds.map((add) => [add.invoke.value as number, add]));
  const reads = operations.filter(({ invoke, outcome }) => invoke.f === 'read' && outcome === 'ok');
  const findings = reads.flatMap((read): Finding[] => {
    const list = read.end?.value as readonly number[];
    const elements = new Set(list);
    const from = `${nameOf(read)}, a read${read.end?.node === undefined ? '' : ` from ${read.end.node}`},`;
    const lost = adds.filter(({ invoke, outcome, endAt }) => {
      return outcome === 'ok' && endAt < read.startAt && !elements.has(invoke.value as number);
    });
    const never = list.filter((element) => !byElement.has(element));
    const refused = list.filter((element) => byElement.get(element)?.outcome === 'fail');
    return [
      ...finding('lost', `${from} lacks what was acknowledged before it began`, lost.map(nameOf)),
      ...finding('never-written', `${from} has elements that nobody added`, never),
      ...finding('failed-write', `${from} has elements whose writing failed for certain`, refused),
    ];
  });
  const isReadAtAll = reads.length > 0 || adds.every(({ outcome }) => outcome !== 'ok');
  return isReadAtAll
    ? findings
    : [
        {
          anomaly: 'never-read',
          explanation: 'elements were acknowledged, and no read tells whether they are there',
        },
      ];
}

function finding(anomaly: string, what: string, elements: readonly (string | number)[]): Finding[] {
  if (elements.length === 0) return [];
  const more = elements.length > NAMED_MAX ? ` and ${elements.length - NAMED_MAX} more` : '';
  return [{ anomaly, explanation: `${what}: ${elements.slice(0, NAMED_MAX).join(', ')}${more}` }];
}
