const REPLACEMENT = 'ReplacementOf/';

/** Names of indexes compare without case. */
export function isSameIndexName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The one with this name among definitions; `undefined` when there is none. */
export function findByName<Named extends { readonly Name: string }>(
  indexes: readonly Named[],
  name: string,
): Named | undefined {
  return indexes.find(({ Name }) => isSameIndexName(Name, name));
}

/** What an index is called that is to replace the one with this name. */
export function replacementName(name: string): string {
  return REPLACEMENT + name;
}

/** The name of the index that is to be replaced, of `ReplacementOf/X`; null for any other. */
export function replacedName(name: string): string | null {
  const start = name.slice(0, REPLACEMENT.length);
  return isSameIndexName(start, REPLACEMENT) ? name.slice(REPLACEMENT.length) : null;
}
