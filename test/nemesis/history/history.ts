import type { Operation, OperationType } from './operation.ts';

/** Operations that one history may hold; beyond that nobody could check it in reasonable time. */
export const OPERATIONS_MAX = 5_000_000;

const NANOSECONDS_PER_MS = 1e6;

export interface Begun {
  readonly workload: string;
  readonly process: number;
  readonly f: string;
  readonly value: unknown;
  readonly key?: string;
}

/** What is told when an operation ends; the value is that of its beginning unless it is given. */
export interface Ended {
  readonly value?: unknown;
  readonly node?: string | undefined;
  readonly error?: string;
  readonly seen?: unknown;
}

/** What clients and nemesis do, in the order in which it is told. */
export class History {
  readonly #operations: Operation[] = [];
  readonly #onOperation: (operation: Operation) => void;
  readonly #startMs = performance.now();
  readonly #counts = new Map<string, number>();
  #processes = 0;

  constructor(onOperation: (operation: Operation) => void = () => undefined) {
    this.#onOperation = onOperation;
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** How many operations of a workload have ended well. */
  acknowledged(workload: string): number {
    return this.#counts.get(workload) ?? 0;
  }

  /** A number that no process of this history has had. */
  newProcess(): number {
    return this.#processes++;
  }

  invoke({ workload, process, f, value, key }: Begun): Begun {
    this.#add({ workload, process, type: 'invoke', f, value, ...(key === undefined ? {} : { key }) });
    return { workload, process, f, value, ...(key === undefined ? {} : { key }) };
  }

  end(type: Exclude<OperationType, 'invoke'>, begun: Begun, { value, node, ...more }: Ended = {}): void {
    if (type === 'ok') this.#counts.set(begun.workload, this.acknowledged(begun.workload) + 1);
    this.#add({
      ...begun,
      type,
      ...(value === undefined ? {} : { value }),
      ...(node === undefined ? {} : { node }),
      ...more,
    });
  }

  /** The nemesis tells what it does as `info`, twice: `start-kill`, `stop-kill`. */
  fault(f: string, value: unknown): void {
    this.#add({ process: 'nemesis', type: 'info', f, value });
  }

  #add(operation: Omit<Operation, 'index' | 'time'>): void {
    const index = this.#operations.length;
    if (index >= OPERATIONS_MAX)
      throw new Error(`The history has ${OPERATIONS_MAX} operations; end the run earlier.`);
    const time = Math.round((performance.now() - this.#startMs) * NANOSECONDS_PER_MS);
    const whole = { index, time, ...operation };
    this.#operations.push(whole);
    this.#onOperation(whole);
  }
}
