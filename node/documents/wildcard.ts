/** Matches ids against `|`-separated patterns in which `*` is any text and `?` any character; case does not count. */
export function compileWildcards(patterns: string): (text: string) => boolean {
  const compiled = patterns
    .toLowerCase()
    .split('|')
    .filter((pattern) => pattern !== '')
    .map((pattern) => pattern.split('').map(stepOf));
  return (text) => {
    const lower = text.toLowerCase();
    return compiled.some((steps) => matchesWildcards(steps, lower));
  };
}

/** One character as it is, any one (`?`), or any number of them (`*`). */
export type WildcardStep = string | { readonly any: '*' | '?' };

function stepOf(sign: string): WildcardStep {
  return sign === '*' || sign === '?' ? { any: sign } : sign;
}

/** Backtracks to the last `*` only, so the cost is bounded by the product of the lengths. */
export function matchesWildcards(steps: readonly WildcardStep[], text: ArrayLike<string>): boolean {
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
    } else {
      return false;
    }
  }
  return steps.slice(step).every((rest) => typeof rest === 'object' && rest.any === '*');
}
