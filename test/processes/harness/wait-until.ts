/** Pause between two looks at a condition, in milliseconds. */
const POLL_MS = 25;

/**
 * Looks again until `condition` gives something else than undefined or false, and gives that. An error it throws counts
 * as "not yet", and is told when the wait was in vain.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 30_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let state: string;
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
      state = String(value);
    } catch (error) {
      state =
        error instanceof Error
          ? `${error.message}${error.cause ? ` (${String(error.cause)})` : ''}`
          : String(error);
    }
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}: ${state}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
