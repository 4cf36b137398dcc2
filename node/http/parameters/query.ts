import { QUERY_PARAMETERS_MAX } from '../limits.ts';

/** A query string with more parameters than QUERY_PARAMETERS_MAX. */
export class TooManyParametersError extends Error {
  override readonly name = 'TooManyParametersError';
}

/**
 * The parameters of a request: keys compare without case, may repeat, and the string may be as sloppy as clients write
 * it (`?&a=b`, `a=b&&c=d`, a trailing `&`, a key without `=`). Undecodable percent escapes stay as they are.
 */
export class Query {
  readonly #keys: string[] = [];
  readonly #values: string[] = [];

  /** `text` is what follows the `?`. Throws TooManyParametersError. */
  constructor(text: string) {
    let from = 0;
    while (from < text.length) {
      let to = text.indexOf('&', from);
      if (to < 0) to = text.length;
      if (to > from) this.#add(text, from, to);
      from = to + 1;
    }
  }

  #add(text: string, from: number, to: number): void {
    if (this.#keys.length >= QUERY_PARAMETERS_MAX) {
      throw new TooManyParametersError(
        `A request may have ${QUERY_PARAMETERS_MAX} query parameters; split it into several requests.`,
      );
    }
    const equals = text.indexOf('=', from);
    const keyEnd = equals < 0 || equals > to ? to : equals;
    this.#keys.push(decode(text.slice(from, keyEnd)).toLowerCase());
    this.#values.push(keyEnd === to ? '' : decode(text.slice(keyEnd + 1, to)));
  }

  /** The first value; '' for a key without one. `key` in lower case. */
  get(key: string): string | undefined {
    const at = this.#keys.indexOf(key);
    return at < 0 ? undefined : this.#values[at];
  }

  has(key: string): boolean {
    return this.#keys.includes(key);
  }

  all(key: string): string[] {
    const found: string[] = [];
    for (let at = this.#keys.indexOf(key); at >= 0; at = this.#keys.indexOf(key, at + 1)) {
      found.push(this.#values[at] ?? '');
    }
    return found;
  }

  get count(): number {
    return this.#keys.length;
  }
}

/** Percent escapes and `+` (a space, as in forms); broken escapes stay. */
export function decode(text: string): string {
  const plain = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return decodePercent(plain);
}

export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // One bad escape must not spoil the good ones beside it.
    return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
      try {
        return decodeURIComponent(escapes);
      } catch {
        return escapes;
      }
    });
  }
}
