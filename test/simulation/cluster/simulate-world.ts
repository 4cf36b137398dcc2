import { faultsOf, runWorld, type WorldResult } from './run-world.ts';

/** A broken seed; the message ends with the one command that replays it. */
export class WorldFailure extends Error {
  override readonly name = 'WorldFailure';
}

/** @throws WorldFailure when an invariant breaks. */
export async function simulateWorld(
  seed: number,
  onTrace?: (line: string) => void,
  without: ReadonlySet<number> = new Set(),
): Promise<WorldResult> {
  try {
    return await runWorld({ seed, without, ...(onTrace === undefined ? {} : { onTrace }) });
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new WorldFailure(
      `world of seed ${seed}: ${told}\nReplay it with: npm run simulate -- --world cluster --seed ${seed}`,
      { cause: error },
    );
  }
}

/** What of a failing run's faults is needed for it to fail: those that can be left out are, one by one. */
export async function shrink(seed: number, onTry: (left: number) => void): Promise<ReadonlySet<number>> {
  const without = new Set<number>();
  const { length } = faultsOf(seed);
  // Large pieces first: most faults have nothing to do with it.
  for (let size = length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < length; from += size) {
      const piece = Array.from({ length: Math.min(size, length - from) }, (_, at) => from + at);
      if (piece.every((place) => without.has(place))) continue;
      const tried = new Set([...without, ...piece]);
      if (!(await fails(seed, tried))) continue;
      for (const place of piece) without.add(place);
      onTry(length - without.size);
    }
  }
  return without;
}

async function fails(seed: number, without: ReadonlySet<number>): Promise<boolean> {
  try {
    await runWorld({ seed, without });
    return false;
  } catch {
    // Any violation will do: a shorter way to another one is as good a finding.
    return true;
  }
}
