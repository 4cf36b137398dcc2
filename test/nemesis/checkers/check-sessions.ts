import { type Completed, nameOf } from '../history/operation.ts';
import { checkSet } from './check-set.ts';
import type { Finding } from './finding.ts';

/** As a set of elements; and wherever somebody looked, all parts of an element were there or none. */
export function checkSessions(operations: readonly Completed[], parts: number): readonly Finding[] {
  const found = operations.map((operation) => ({ operation, elements: elementsIn(operation) }));
  const halves = found.flatMap(({ operation, elements }): Finding[] => {
    const half = [...(elements ?? [])].find(([, seen]) => seen.length !== parts);
    if (half === undefined) return [];
    const [element, seen] = half;
    const explanation = `${nameOf(operation)}${from(operation)} found of ${element}, which was saved as a whole, only ${seen.join(', ')}`;
    return [{ anomaly: 'half-batch', explanation }];
  });
  const whole = found.map(({ operation, elements }): Completed => {
    if (operation.invoke.f !== 'read' || operation.end === null) return operation;
    return { ...operation, end: { ...operation.end, value: [...(elements?.keys() ?? [])] } };
  });
  return [...halves, ...checkSet(whole)];
}

/** Which parts of which elements somebody saw; undefined: nobody was answered. */
function elementsIn({ invoke, end, outcome }: Completed): ReadonlyMap<number, readonly string[]> | undefined {
  if (outcome !== 'ok' || invoke.f === 'add') return undefined;
  const seen = (end?.value ?? []) as readonly string[];
  if (invoke.f === 'look') return new Map(seen.length === 0 ? [] : [[invoke.value as number, seen]]);
  const byElement = Map.groupBy(seen, (name) => Number(name.split('/')[0]));
  return new Map([...byElement].map(([element, names]) => [element, names]));
}

function from({ end }: Completed): string {
  return end?.node === undefined ? '' : `, from ${end.node},`;
}
