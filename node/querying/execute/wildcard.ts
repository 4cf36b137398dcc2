import type { WildcardPart } from '../plan/lucene/lucene-query.ts';

type Step = string | { readonly any: '*' | '?' };

/** A test of whole texts against a pattern. Takes the product of both lengths at most, whatever the pattern. */
export function wildcardTest(parts: readonly WildcardPart[]): (text: string) => boolean {
  const steps: readonly Step[] = parts.flatMap((part): Step[] => ('any' in part ? [part] : [...part.text]));
  return (text) => matches(steps, [...text]);
}

function matches(steps: readonly Step[], text: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  /** The last star, and where what follows it was tried: it may take one more character. */
  let star = -1;
  let tried = 0;
  while (at < text.length) {
    const wanted = steps[step];
    if (typeof wanted === 'object' && wanted.any === '*') {
      star = step++;
      tried = at;
    } else if (wanted !== undefined && (typeof wanted === 'object' || wanted === text[at])) {
      step++;
      at++;
    } else if (star >= 0) {
      step = star + 1;
      at = ++tried;
    } else return false;
  }
  return steps.slice(step).every((rest) => typeof rest === 'object' && rest.any === '*');
}
