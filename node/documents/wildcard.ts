/** Matches ids against `|`-separated patterns in which `*` is any text and `?` any character; case does not count. */
export function compileWildcards(patterns: string): (text: string) => boolean {
  const compiled = patterns
    .toLowerCase()
    .split('|')
    .filter((pattern) => pattern !== '');
  return (text) => {
    const lower = text.toLowerCase();
    return compiled.some((pattern) => matches(pattern, lower));
  };
}

/** Backtracks to the last `*` only, so the cost is bounded by the product of the lengths. */
function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const sign = pattern[p];
    if (sign === '*') {
      star = p++;
      resume = t;
    } else if (sign === '?' || sign === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
