import { runWorld, type WorldResult } from './run-world.ts';

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
