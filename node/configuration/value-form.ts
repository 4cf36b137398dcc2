/** How a setting's text is read. */
export interface ValueForm<T> {
  /** What a right value looks like; ends the sentence "… must be". */
  readonly expected: string;
  /** undefined: the text is not of this form. */
  readonly parse: (text: string) => T | undefined;
}

export const text: ValueForm<string> = { expected: 'a text', parse: (value) => value };

export const flag: ValueForm<boolean> = {
  expected: 'true or false',
  parse: (value) => ({ true: true, false: false })[value.toLowerCase()],
};

/** A whole number within bounds, both included. */
export function integer(min: number, max: number, unit = ''): ValueForm<number> {
  return {
    expected: `a whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`,
    parse: (value) => {
      if (!/^[+-]?\d{1,15}$/.test(value)) return undefined;
      const number = Number(value);
      return number >= min && number <= max ? number : undefined;
    },
  };
}

export function oneOf<const T extends string>(
  choices: readonly T[],
  synonyms: Readonly<Record<string, T>> = {},
): ValueForm<T> {
  return {
    expected: `one of ${choices.join(', ')}`,
    parse: (value) => {
      const lower = value.toLowerCase();
      return choices.find((choice) => choice.toLowerCase() === lower) ?? synonyms[lower];
    },
  };
}

/** null stands for a setting that is not set. */
export function optional<T>(form: ValueForm<T>): ValueForm<T | null> {
  return { expected: form.expected, parse: (value) => (value === '' ? null : form.parse(value)) };
}
