import { InvariantViolation } from '../kernel/invariant-violation.ts';
import { faultsOf, runWorld } from './run-world.ts';
import type { ScheduledFault } from './world-profile.ts';

/** What is told after each try. */
export interface ShrinkProgress {
  readonly tries: number;
  /** Faults that are left in, and of how many. */
  readonly left: number;
  readonly all: number;
  /** Why the last try failed; null: it held, so that what it had left out is needed. */
  readonly failure: string | null;
}

export interface ShrunkWorld {
  /** Places of the faults that are left out. */
  readonly without: ReadonlySet<number>;
  readonly faults: readonly ScheduledFault[];
  /** Nothing more can be left out; false: there was no time left to see. */
  readonly isShortest: boolean;
}

export interface ShrinkOptions {
  /** Whether there is time for another try. */
  readonly mayGoOn: () => boolean;
  readonly onTry: (progress: ShrinkProgress) => void;
  /** Why a run without these faults fails; null: it holds. Absent: runs the world. */
  readonly failureOf?: (without: ReadonlySet<number>) => Promise<string | null>;
}

/**
 * Leaves out of a failing run's faults those that it does not need to fail: large pieces first, as most have nothing to
 * do with it, then smaller ones, and single ones until none can go. Any failure will do: a shorter way to another one
 * is as good a finding.
 */
export async function shrinkWorld(seed: number, options: ShrinkOptions): Promise<ShrunkWorld> {
  const { mayGoOn, onTry, failureOf = (without) => runFailure(seed, without) } = options;
  const all = faultsOf(seed);
  const without = new Set<number>();
  if ((await failureOf(without)) === null) return { without, faults: all, isShortest: false };
  let tries = 0;
  /** Whether a piece of this size could be left out; null: no time was left. */
  const leaveOut = async (size: number): Promise<boolean | null> => {
    let isShorter = false;
    const left = [...all.keys()].filter((place) => !without.has(place));
    for (let from = 0; from < left.length; from += size) {
      if (!mayGoOn()) return null;
      const piece = left.slice(from, from + size);
      const failure = await failureOf(new Set([...without, ...piece]));
      if (failure !== null) for (const place of piece) without.add(place);
      isShorter ||= failure !== null;
      onTry({ tries: ++tries, left: all.length - without.size, all: all.length, failure });
    }
    return isShorter;
  };
  let isShortest = false;
  for (let size = all.length; size >= 1 && !isShortest; ) {
    const isShorter = await leaveOut(size);
    if (isShorter === null) break;
    isShortest = size === 1 && !isShorter;
    if (size > 1) size >>= 1;
  }
  return { without, faults: all.filter((_, place) => !without.has(place)), isShortest };
}

async function runFailure(seed: number, without: ReadonlySet<number>): Promise<string | null> {
  try {
    await runWorld({ seed, without });
    return null;
  } catch (error) {
    if (error instanceof InvariantViolation) return error.invariant;
    return error instanceof Error ? error.message : String(error);
  }
}
