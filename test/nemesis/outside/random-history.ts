import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import type { Operation } from '../history/operation.ts';

/** What one operation is asked, and what it answers at the moment at which it takes effect. */
export interface Step {
  readonly f: string;
  readonly value: unknown;
  readonly key?: string;
  /** Null: it is refused, and has changed nothing. */
  readonly apply: () => { readonly value?: unknown; readonly fails?: boolean; readonly seen?: unknown };
}

/** A small system whose operations take effect at one moment each. */
export interface ToySystem {
  readonly workload: string;
  /** `process`: the one that asks. */
  readonly ask: (random: SeededRandom, process: number) => Step;
  /** What reads everything in the end; null: nothing has to. */
  readonly askAtLast: () => Step | null;
}

const PROCESSES_MAX = 4;
const OPERATIONS_MAX = 14;

/** How often nobody learns how an operation ended, and how often it then takes effect nevertheless. */
const UNKNOWN = 0.12;
const TAKES_EFFECT = 0.6;

type Draft = Omit<Operation, 'index' | 'time'>;

interface Running {
  readonly begun: Draft;
  readonly step: Step;
  end: Draft | null;
}

/**
 * A short history of a few processes at once, which is right by how it is made: each operation takes effect at one moment
 * between its beginning and its end.
 */
export function rightHistory(system: ToySystem, random: SeededRandom): readonly Operation[] {
  const lines: Draft[] = [];
  const running = new Map<number, Running>();
  const late: Step[] = [];
  const clients = Array.from({ length: random.between(1, PROCESSES_MAX) }, (_, at) => at);
  let left = random.between(2, OPERATIONS_MAX);
  let processes = clients.length;
  while (left > 0 || running.size > 0) {
    if (late.length > 0 && random.chance(0.2)) late.shift()?.apply();
    const client = random.between(0, clients.length - 1);
    const process = clients[client] ?? 0;
    const own = running.get(process);
    if (own === undefined) {
      if (left-- > 0) running.set(process, begin(lines, system, process, system.ask(random, process)));
    } else if (own.end === null) {
      if (random.chance(UNKNOWN)) {
        if (random.chance(TAKES_EFFECT)) late.push(own.step);
        lines.push({ ...own.begun, type: 'info' });
        running.delete(process);
        clients[client] = processes++;
      } else own.end = ended(own);
    } else {
      lines.push(own.end);
      running.delete(process);
    }
  }
  for (const step of late) step.apply();
  const last = system.askAtLast();
  if (last !== null) {
    const own = begin(lines, system, processes, last);
    lines.push(ended(own));
  }
  return numbered(lines);
}

function begin(lines: Draft[], { workload }: ToySystem, process: number, step: Step): Running {
  const { f, value, key } = step;
  const begun: Draft = {
    workload,
    process,
    type: 'invoke',
    f,
    value,
    ...(key === undefined ? {} : { key }),
  };
  lines.push(begun);
  return { begun, step, end: null };
}

function ended({ begun, step }: Running): Draft {
  const { value, fails = false, seen } = step.apply();
  return {
    ...begun,
    type: fails ? 'fail' : 'ok',
    ...(value === undefined ? {} : { value }),
    ...(seen === undefined ? {} : { seen }),
  };
}

export function numbered(lines: readonly Draft[]): readonly Operation[] {
  return lines.map((line, index) => ({ ...line, index, time: index }));
}
