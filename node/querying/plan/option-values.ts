import { InvalidQueryError } from '../query-error.ts';

/** An object of options. Clients write their members in either case of the first letter. */
export type Options = ReadonlyMap<string, unknown>;

/** @throws InvalidQueryError when it is no object; `what` names it */
export function optionsObject(value: unknown, what: string): Options {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new InvalidQueryError(`${what} must be a JSON object, but it is ${shown(value)}`);
  }
  return new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

/** A member that is absent or null is undefined; one of another kind an error. */
function read<Value>(
  options: Options,
  name: string,
  what: string,
  expected: string,
  accept: (value: unknown) => Value | undefined,
): Value | undefined {
  const value = options.get(name.toLowerCase()) ?? undefined;
  if (value === undefined) return undefined;
  const accepted = accept(value);
  if (accepted !== undefined) return accepted;
  throw new InvalidQueryError(`'${name}' of ${what} must be ${expected}, but it is ${shown(value)}`);
}

/** Members of options by their kinds. */
export const optionMember = {
  /** A whole number that is not negative. */
  count: (options: Options, name: string, what: string): number | undefined =>
    read(options, name, what, 'a whole number that is not negative', (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined,
    ),
  number: (options: Options, name: string, what: string): number | undefined =>
    read(options, name, what, 'a number', (value) => (typeof value === 'number' ? value : undefined)),
  flag: (options: Options, name: string, what: string): boolean | undefined =>
    read(options, name, what, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined)),
  text: (options: Options, name: string, what: string): string | undefined =>
    read(options, name, what, 'a text', (value) => (typeof value === 'string' ? value : undefined)),
  texts: (options: Options, name: string, what: string): readonly string[] | undefined =>
    read(options, name, what, 'a list of texts', (value) =>
      Array.isArray(value) && value.every((one) => typeof one === 'string')
        ? (value as readonly string[])
        : undefined,
    ),
  oneOf: <Word extends string>(
    options: Options,
    name: string,
    words: readonly Word[],
    what: string,
  ): Word | undefined =>
    read(options, name, what, `one of ${words.join(', ')}`, (value) =>
      typeof value === 'string'
        ? words.find((word) => word.toLowerCase() === value.toLowerCase())
        : undefined,
    ),
};

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 100) ?? typeof value);
}
