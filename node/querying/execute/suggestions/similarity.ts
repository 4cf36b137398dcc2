import { distance as levenshteinDistance } from 'fastest-levenshtein';
import type { StringDistance } from '../../plan/suggestions/suggestion-plan.ts';

/** From 0, nothing in common, to 1, equal. */
export type Similarity = (a: string, b: string) => number;

export function similarityOf(distance: StringDistance): Similarity {
  switch (distance) {
    case 'Levenshtein':
      return levenshtein;
    case 'JaroWinkler':
      return jaroWinkler;
    case 'NGram':
      return nGram;
  }
}

/** By the single characters that must be changed, put in or left out. */
export function levenshtein(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - levenshteinDistance(a, b) / longer;
}

/** From there on a common beginning counts for more (Winkler 1990). */
const WINKLER_THRESHOLD = 0.7;
const WINKLER_SCALE = 0.1;

/** By the characters that both have at about the same place; those of a common beginning count for more. */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const window = Math.max(Math.floor(Math.max(a.length, b.length) / 2) - 1, 0);
  const [fromA, fromB] = commonCharacters(a, b, window);
  const matches = fromA.length;
  if (matches === 0) return 0;
  const transposed = [...fromA].filter((character, at) => character !== fromB[at]).length / 2;
  const jaro = (matches / a.length + matches / b.length + (matches - transposed) / matches) / 3;
  if (jaro < WINKLER_THRESHOLD) return jaro;
  const scale = Math.min(WINKLER_SCALE, 1 / Math.max(a.length, b.length));
  return jaro + scale * commonPrefix(a, b) * (1 - jaro);
}

/** The characters of each that the other has within the window, in their orders. */
function commonCharacters(a: string, b: string, window: number): readonly [string[], string[]] {
  const taken = new Set<number>();
  const fromA: string[] = [];
  for (let at = 0; at < a.length; at++) {
    const end = Math.min(at + window + 1, b.length);
    for (let other = Math.max(at - window, 0); other < end; other++) {
      if (taken.has(other) || a[at] !== b[other]) continue;
      taken.add(other);
      fromA.push(a[at] as string);
      break;
    }
  }
  return [fromA, [...taken].sort((x, y) => x - y).map((at) => b[at] as string)];
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++;
  return length;
}

/** Before the first character of a text, for its first pair. */
const START = '\0';

/** The edit distance over pairs of characters (Kondrak 2005), in which half a pair counts half. */
export function nGram(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  if (a.length < 2 || b.length < 2) return a[0] === b[0] ? Math.min(a.length, b.length, 1) / longer : 0;
  let previous = Array.from({ length: a.length + 1 }, (_, at) => at);
  for (let j = 1; j <= b.length; j++) {
    const current = [j];
    for (let i = 1; i <= a.length; i++) {
      current.push(
        Math.min(
          (current[i - 1] as number) + 1,
          (previous[i] as number) + 1,
          (previous[i - 1] as number) + pairCost(a, i, b, j),
        ),
      );
    }
    previous = current;
  }
  return 1 - (previous[a.length] as number) / longer;
}

/** 0 for equal pairs that end at these characters, 1 for wholly different ones. */
function pairCost(a: string, i: number, b: string, j: number): number {
  const [beforeA, beforeB] = [a[i - 2] ?? START, b[j - 2] ?? START];
  const differs = a[i - 1] === b[j - 1] ? 0 : 1;
  if (beforeA === START && beforeB === START) return differs;
  return (differs + (beforeA === beforeB ? 0 : 1)) / 2;
}
