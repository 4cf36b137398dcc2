import { distance } from 'fastest-levenshtein';

/** Edits that still look like a slip of the finger, as a share of the longer name's length. */
const SIMILARITY_EDITS_SHARE_MAX = 0.5;

/** The known name that somebody probably meant, if any is near enough. Case does not count. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest && edits <= Math.max(name.length, candidate.length) * SIMILARITY_EDITS_SHARE_MAX) {
      nearest = candidate;
      fewest = edits;
    }
  }
  return nearest;
}
