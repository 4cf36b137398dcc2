import { ConfigurationError } from './configuration-error.ts';
import type { Setting } from './setting.ts';
import { findSetting, nearestKey } from './setting-table.ts';
import type { GivenValue } from './sources/given-value.ts';

/** What the sources say, with the later source winning, checked. */
export class SettingValues {
  /** Of use to whoever reads the log: what was ignored, and why. */
  readonly warnings: readonly string[];
  readonly #values: ReadonlyMap<Setting<unknown>, unknown>;
  readonly #sources: ReadonlyMap<Setting<unknown>, string>;

  /** `given` in rising precedence. Throws a ConfigurationError with every problem found. */
  constructor(given: readonly GivenValue[]) {
    const values = new Map<Setting<unknown>, unknown>();
    const sources = new Map<Setting<unknown>, string>();
    const problems: string[] = [];
    const warnings: string[] = [];
    for (const { key, text, source, isShared } of given) {
      const setting = findSetting(key);
      if (setting === 'meaningless') continue;
      if (setting === undefined) {
        const unknown = describeUnknown(key, source);
        (isShared && !unknown.isTypo ? warnings : problems).push(unknown.message);
        continue;
      }
      const value = setting.form.parse(text.trim());
      if (value === undefined) {
        problems.push(`${setting.key} is '${text}' in ${source}, but must be ${setting.form.expected}.`);
        continue;
      }
      values.set(setting, value);
      sources.set(setting, source);
    }
    if (problems.length > 0) throw new ConfigurationError(problems);
    this.#values = values;
    this.#sources = sources;
    this.warnings = warnings;
  }

  get<T>(setting: Setting<T>): T {
    // The map holds under each setting what that setting's own form gave.
    return this.#values.has(setting) ? (this.#values.get(setting) as T) : setting.default;
  }

  /** For error messages: where the value comes from. */
  sourceOf(setting: Setting<unknown>): string {
    return this.#sources.get(setting) ?? 'the defaults';
  }
}

function describeUnknown(
  key: string,
  source: string,
): { readonly message: string; readonly isTypo: boolean } {
  const nearest = nearestKey(key);
  return {
    message: `'${key}' in ${source} is not a setting. Did you mean ${nearest.key}?`,
    isTypo: nearest.edits <= Math.max(2, Math.floor(key.length / 4)),
  };
}
