const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration such as `1h30m` or `90d` (days stand alone), or `undefined` if it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+d|(\d+(ms|s|m|h))+)$/.test(text)) return undefined;
  let total = 0;
  for (const match of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
  }
  return total;
}

/**
 * CEL for the seconds of the duration at a path of the schema. CEL's durations know no days; and strings made from
 * numbers have no bound that the API server could see, which it wants before it accepts a rule.
 */
export function celSeconds(path: string): string {
  const days = `duration(${path}.replace('d', 'h')).getHours()`;
  return `(${path}.endsWith('d') ? ${days} * 86400 : duration(${path}).getSeconds())`;
}
