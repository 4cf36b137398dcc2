import type { ValueForm } from './value-form.ts';

/** One configuration key this node acts on. */
export interface Setting<T> {
  /** RavenDB's spelling. */
  readonly key: string;
  /** Other spellings that older versions used. */
  readonly aliases: readonly string[];
  readonly form: ValueForm<T>;
  readonly default: T;
  /** One sentence for `--help`. */
  readonly help: string;
}

export function setting<T>(
  key: string,
  form: ValueForm<T>,
  fallback: T,
  help: string,
  aliases: readonly string[] = [],
): Setting<T> {
  return { key, aliases, form, default: fallback, help };
}
