import { ConfigurationError } from '../configuration-error.ts';
import type { GivenValue } from './given-value.ts';

export interface CommandLine {
  readonly wants: 'run' | 'help' | 'version';
  /** Where `--config-path` points; null when it is not given. */
  readonly settingsFile: string | null;
  readonly values: readonly GivenValue[];
}

/** Flags without a value that RavenDB's server takes; a node never asks questions or opens a browser anyway. */
const MEANINGLESS_FLAGS: ReadonlySet<string> = new Set(['-n', '--non-interactive', '--log-to-console', '-l']);
const FILE_FLAGS: ReadonlySet<string> = new Set(['-c', '--config-path']);

/** Reads `--Key=value`, `--Key value` and `Key=value`. Throws ConfigurationError. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const values: GivenValue[] = [];
  let settingsFile: string | null = null;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    if (argument === '-h' || argument === '--help') return { wants: 'help', settingsFile, values };
    if (argument === '-v' || argument === '--version') return { wants: 'version', settingsFile, values };
    if (MEANINGLESS_FLAGS.has(argument)) continue;
    const { name, inline } = split(argument);
    const value = inline ?? args[++i];
    if (value === undefined) {
      throw new ConfigurationError([`${name} needs a value: write ${name}=value, or ${name} value.`]);
    }
    if (FILE_FLAGS.has(name)) settingsFile = value;
    else
      values.push({ key: name.replace(/^--/, ''), text: value, source: 'the command line', isShared: false });
  }
  return { wants: 'run', settingsFile, values };
}

function split(argument: string): { readonly name: string; readonly inline: string | undefined } {
  const equals = argument.indexOf('=');
  if (equals > 0) return { name: argument.slice(0, equals), inline: argument.slice(equals + 1) };
  if (argument.startsWith('-')) return { name: argument, inline: undefined };
  throw new ConfigurationError([`'${argument}' is not a setting: write --Key=value.`]);
}
