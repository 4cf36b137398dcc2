/** RavenDB's names, from the most talkative to silence. */
export const LOG_LEVELS = ['Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal', 'Off'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What older versions of RavenDB called them, and what people write. */
const SYNONYMS: Readonly<Record<string, LogLevel>> = {
  none: 'Off',
  operations: 'Warn',
  information: 'Info',
  warning: 'Warn',
};

/** The level a text names, in any case; undefined when it names none. */
export function logLevelFrom(text: string): LogLevel | undefined {
  const lower = text.trim().toLowerCase();
  return LOG_LEVELS.find((level) => level.toLowerCase() === lower) ?? SYNONYMS[lower];
}

export class UnknownLogLevelError extends Error {
  override readonly name = 'UnknownLogLevelError';

  constructor(text: string) {
    super(`'${text}' is not a log level. Use one of ${LOG_LEVELS.join(', ')}.`);
  }
}
