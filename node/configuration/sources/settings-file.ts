import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../configuration-error.ts';
import type { GivenValue } from './given-value.ts';

/** Largest settings file, in bytes: a file that is larger is not one. */
const SETTINGS_FILE_BYTES_MAX = 1024 * 1024;

/** The keys of a `settings.json`: flat with dots, or nested. Throws ConfigurationError. */
export function readSettingsFile(path: string, isRequired: boolean): GivenValue[] {
  const content = readText(path, isRequired);
  if (content === undefined) return [];
  let settings: unknown;
  try {
    settings = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ConfigurationError([`${path} is not valid JSON: ${messageOf(error)}.`]);
  }
  if (!isObject(settings)) throw new ConfigurationError([`${path} must hold a JSON object of settings.`]);
  return [...valuesOf(settings, '', path)];
}

function readText(path: string, isRequired: boolean): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > SETTINGS_FILE_BYTES_MAX) {
      throw new Error(`it has ${bytes.length} bytes, and a settings file at most ${SETTINGS_FILE_BYTES_MAX}`);
    }
    return bytes.toString('utf8');
  } catch (error) {
    if (!isRequired && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigurationError([`The settings file ${path} can't be read: ${messageOf(error)}.`]);
  }
}

function* valuesOf(settings: object, prefix: string, path: string): Generator<GivenValue> {
  for (const [name, value] of Object.entries(settings)) {
    const key = prefix + name;
    if (isObject(value)) yield* valuesOf(value, `${key}.`, path);
    // null is RavenDB's way to write "not set".
    else if (value !== null) yield { key, text: textOf(value), source: path, isShared: false };
  }
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(';') : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
