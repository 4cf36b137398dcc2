const LETTERS = 26;
const FIRST_LETTER = 'A'.charCodeAt(0);

/** RavenDB's tags have at most four letters. */
const ORDINAL_MAX = 4 * LETTERS - 1;

/**
 * The node tag of an ordinal, in the order in which RavenDB gives out tags: A … Z, then ZA … ZZ, ZZA and so on.
 *
 * @throws RangeError for an ordinal whose tag would have more than four letters
 */
export function tagOfOrdinal(ordinal: number): string {
  if (!Number.isInteger(ordinal) || ordinal < 0 || ordinal > ORDINAL_MAX) {
    throw new RangeError(`No node tag for ordinal ${ordinal}: it must be from 0 to ${ORDINAL_MAX}`);
  }
  const letter = String.fromCharCode(FIRST_LETTER + (ordinal % LETTERS));
  return 'Z'.repeat(Math.floor(ordinal / LETTERS)) + letter;
}

/** The ordinal of a node tag, or `undefined` for a tag that no ordinal has. */
export function ordinalOfTag(tag: string): number | undefined {
  if (!/^Z{0,3}[A-Z]$/.test(tag)) return undefined;
  return (tag.length - 1) * LETTERS + tag.charCodeAt(tag.length - 1) - FIRST_LETTER;
}
