import { Script } from 'node:vm';
import { InvalidQueryError } from '../query-error.ts';
import { PATTERN_MS_MAX } from './limits.ts';

/** Where the timed script finds what it has to call: the engine ends scripts that take too long, not functions. */
const HOLDER = Symbol.for('ravencluster.timed-pattern');
const holder: { run: () => unknown } = { run: () => undefined };
Object.defineProperty(globalThis, HOLDER, { value: holder });
const script = new Script("globalThis[Symbol.for('ravencluster.timed-pattern')].run()");

/** Milliseconds that the patterns of running queries have taken. */
const spentMs = new WeakMap<RegExp, number>();

/**
 * Which of the texts the pattern matches. There are patterns that take years for a text of forty characters; all calls
 * with one pattern together may take PATTERN_MS_MAX.
 *
 * @throws InvalidQueryError when it takes longer
 */
export function matchesOf(pattern: RegExp, texts: readonly string[]): readonly boolean[] {
  const spent = spentMs.get(pattern) ?? 0;
  const startedMs = performance.now();
  holder.run = () => texts.map((text) => pattern.test(text));
  try {
    const leftMs = Math.ceil(PATTERN_MS_MAX - spent);
    if (leftMs <= 0) throw tooSlow(pattern);
    return script.runInThisContext({ timeout: leftMs }) as readonly boolean[];
  } catch (error) {
    throw isTimeout(error) ? tooSlow(pattern) : error;
  } finally {
    spentMs.set(pattern, spent + performance.now() - startedMs);
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

function tooSlow({ source }: RegExp): InvalidQueryError {
  return new InvalidQueryError(
    `The regular expression '${source}' takes more than ${PATTERN_MS_MAX} ms for the terms of the field: write one that does not try the same characters in many ways`,
  );
}
