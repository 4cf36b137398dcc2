import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import type { MicroOperation } from '../checkers/list-append.ts';
import type { Step, ToySystem } from './random-history.ts';

/** Of each workload that an outside checker knows: a system of its kind, and how an answer is made a wrong one. */
export interface Toy {
  readonly create: () => ToySystem;
  /** Another answer of the same form, perhaps just as right. */
  readonly distort: (answer: unknown, random: SeededRandom) => unknown;
}

const KEYS = ['x', 'y', 'z'] as const;

function appending(): ToySystem {
  const lists = new Map<string, readonly number[]>();
  let elements = 0;
  const transaction = (asked: readonly MicroOperation[], refuses: boolean): Step => ({
    f: 'txn',
    value: asked,
    apply: () => {
      if (refuses) return { fails: true };
      const value = asked.map((operation): MicroOperation => {
        const [f, key, element] = operation;
        const list = lists.get(key) ?? [];
        if (f === 'r') return ['r', key, list];
        lists.set(key, [...list, element]);
        return operation;
      });
      return { value };
    },
  });
  return {
    workload: 'append',
    ask: (random) => {
      const asked = Array.from({ length: random.between(1, 4) }, (): MicroOperation => {
        const key = random.pick(KEYS) ?? 'x';
        return random.chance(0.5) ? ['r', key, null] : ['append', key, ++elements];
      });
      return transaction(asked, random.chance(0.1));
    },
    askAtLast: () =>
      transaction(
        KEYS.map((key) => ['r', key, null]),
        false,
      ),
  };
}

function distortLists(answer: unknown, random: SeededRandom): unknown {
  const operations = answer as readonly MicroOperation[];
  const at = random.between(0, operations.length - 1);
  return operations.map((operation, place): MicroOperation => {
    const [f, key, list] = operation;
    if (f !== 'r' || place !== at || list === null) return operation;
    return ['r', key, distortedList(list, random)];
  });
}

function distortedList(list: readonly number[], random: SeededRandom): readonly number[] {
  switch (random.between(0, 3)) {
    case 0:
      return list.slice(0, -1);
    case 1:
      return [];
    case 2:
      return [...list, random.between(1, 12)];
    default: {
      const at = random.between(0, Math.max(0, list.length - 2));
      return [...list.slice(0, at), ...list.slice(at, at + 2).reverse(), ...list.slice(at + 2)];
    }
  }
}

function register(): ToySystem {
  let value: string | null = null;
  const known: (string | null)[] = [null];
  let written = 0;
  return {
    workload: 'register',
    ask: (random) => {
      if (random.chance(0.4)) return { f: 'read', value: null, key: 'k', apply: () => ({ value }) };
      const expected = random.chance(0.7) ? value : (random.pick(known) ?? null);
      const next = `v${++written}`;
      known.push(next);
      return {
        f: 'cas',
        value: [expected, next],
        key: 'k',
        apply: () => {
          if (value !== expected) return { fails: true, seen: value };
          value = next;
          return {};
        },
      };
    },
    askAtLast: () => null,
  };
}

function counter(): ToySystem {
  let last = 0;
  return {
    workload: 'identities',
    ask: () => ({ f: 'generate', value: null, apply: () => ({ value: ++last }) }),
    askAtLast: () => null,
  };
}

function causal(): ToySystem {
  const values = new Map<number, number>();
  const wrote = new Map<number, number>();
  return {
    workload: 'causal',
    ask: (random, process) => {
      const key = `causal/${process}`;
      if (random.chance(0.5)) {
        return { f: 'read', value: null, key, apply: () => ({ value: values.get(process) ?? 0 }) };
      }
      const value = (wrote.get(process) ?? 0) + 1;
      wrote.set(process, value);
      const refuses = random.chance(0.15);
      return {
        f: 'write',
        value,
        key,
        apply: () => {
          if (!refuses) values.set(process, value);
          return refuses ? { fails: true } : {};
        },
      };
    },
    askAtLast: () => null,
  };
}

const distortNumber = (answer: unknown, random: SeededRandom) =>
  Math.max(0, Number(answer) + random.between(-2, 2));

export const TOYS = {
  append: { create: appending, distort: distortLists },
  register: {
    create: register,
    distort: (answer, random) =>
      Array.isArray(answer) ? answer : random.chance(0.3) ? null : `v${random.between(1, 8)}`,
  },
  identities: {
    create: counter,
    distort: (answer, random) => Math.max(1, Number(distortNumber(answer, random))),
  },
  causal: { create: causal, distort: distortNumber },
} as const satisfies Readonly<Record<string, Toy>>;

export type ToyName = keyof typeof TOYS;

export const TOY_NAMES = Object.keys(TOYS) as readonly ToyName[];
