import { matchesWildcards, type WildcardStep } from '../../documents/wildcard.ts';
import type { WildcardPart } from '../plan/lucene/lucene-query.ts';

/** A test of whole texts against a pattern. Takes the product of both lengths at most, whatever the pattern. */
export function wildcardTest(parts: readonly WildcardPart[]): (text: string) => boolean {
  const steps: readonly WildcardStep[] = parts.flatMap((part): WildcardStep[] =>
    'any' in part ? [part] : [...part.text],
  );
  return (text) => matchesWildcards(steps, [...text]);
}
