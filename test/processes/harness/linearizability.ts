/** One operation on a register, as its client saw it. Values are unique: each write has its own; null: missing. */
export interface RegisterOperation {
  /** When it was sent and when its answer came; Infinity: none came, it may take effect at any time or never. */
  readonly startMs: number;
  readonly endMs: number;
  /** A read gave `seen`. A compare-and-set from `expected` to `written` gave `seen` if it was refused. */
  readonly kind: 'read' | 'set' | 'refused';
  readonly expected?: string | null;
  readonly written?: string;
  readonly seen?: string | null;
}

/**
 * Whether some order of the operations, each at one moment between its start and its end, is a correct one for a register
 * that begins missing: after Wing and Gong, with the states seen remembered as Lowe does.
 */
export function isLinearizable(history: readonly RegisterOperation[]): boolean {
  const operations = [...history].sort((a, b) => a.startMs - b.startMs);
  const certain = operations.reduce(
    (mask, { endMs }, at) => (endMs === Number.POSITIVE_INFINITY ? mask : mask | (1n << BigInt(at))),
    0n,
  );
  const seen = new Set<string>();
  const stack: { readonly done: bigint; readonly value: string | null }[] = [{ done: 0n, value: null }];
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    const { done, value } = state;
    if ((done & certain) === certain) return true;
    const key = `${done}/${value}`;
    if (seen.has(key)) continue;
    seen.add(key);
    // One that starts after another has ended can't come before it.
    let firstEndMs = Number.POSITIVE_INFINITY;
    for (const [at, { startMs, endMs }] of operations.entries()) {
      if (startMs > firstEndMs) break;
      if ((done & (1n << BigInt(at))) === 0n) firstEndMs = Math.min(firstEndMs, endMs);
    }
    for (const [at, operation] of operations.entries()) {
      if (operation.startMs > firstEndMs) break;
      const bit = 1n << BigInt(at);
      if ((done & bit) !== 0n) continue;
      const next = applied(operation, value);
      if (next !== undefined) stack.push({ done: done | bit, value: next });
    }
  }
  return false;
}

/** The value afterwards; undefined when the operation could not have gone like that. */
function applied({ kind, expected, written, seen }: RegisterOperation, value: string | null) {
  if (kind === 'set') return value === expected ? written : undefined;
  if (value !== seen) return undefined;
  return kind === 'refused' && value === expected ? undefined : value;
}
