import { LOG_LEVELS, type LogLevel, logLevelFrom } from '../../observability/log-level.ts';
import { setting } from '../setting.ts';
import { integer, oneOf, optional, text, type ValueForm } from '../value-form.ts';

const level: ValueForm<LogLevel> = { expected: `one of ${LOG_LEVELS.join(', ')}`, parse: logLevelFrom };

export const logsMinLevel = setting('Logs.MinLevel', level, 'Info' as LogLevel, 'What is logged.', [
  'Logs.Mode',
]);
export const logsPath = setting(
  'Logs.Path',
  optional(text),
  null,
  'Folder of log files; not set: entries go to standard error only.',
);
export const logsFormat = setting(
  'Logs.Format',
  oneOf(['text', 'json']),
  'text' as const,
  'text for people, or json: one object a line.',
);
export const logsArchiveAboveSizeInMb = setting(
  'Logs.ArchiveAboveSizeInMb',
  integer(1, 16_384, 'megabytes'),
  64,
  'Size at which a log file is closed and a new one begun.',
  ['Logs.MaxFileSizeInMb'],
);
export const logsMaxArchiveFiles = setting(
  'Logs.MaxArchiveFiles',
  integer(1, 10_000, 'files'),
  16,
  'Log files kept.',
);

export const LOG_SETTINGS = [
  logsMinLevel,
  logsPath,
  logsFormat,
  logsArchiveAboveSizeInMb,
  logsMaxArchiveFiles,
] as const;
