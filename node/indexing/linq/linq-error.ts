/** A C# map or reduce that can't be read, or says something that this server does not translate. */
export class LinqError extends Error {
  override readonly name: string = 'LinqError';

  /** `why` says what is wrong, and if possible what to write instead. */
  constructor(source: string, at: number, why: string) {
    const before = source.slice(0, at).split('\n');
    super(`(${before.length},${(before.at(-1)?.length ?? 0) + 1}): ${why}`);
  }
}
