import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import winston from 'winston';
import { LOG_FILE_BYTES_MAX, LOG_FILES_MAX } from './limits.ts';
import { jsonFormat, textFormat } from './log-format.ts';
import { type LogLevel, logLevelFrom, UnknownLogLevelError } from './log-level.ts';
import type { LogFields, Logger } from './logger.ts';

export interface NodeLoggingOptions {
  /** Text for people, or one JSON object a line for machines. */
  readonly format: 'text' | 'json';
  /** One of RavenDB's level names. */
  readonly level: LogLevel;
  /** A file that gets the entries too; rotated. Its folder is made. */
  readonly file?: string;
  readonly fileBytesMax?: number;
  readonly filesMax?: number;
  /** false: no entries on standard error (they then go to the file alone). Default true. */
  readonly toConsole?: boolean;
}

type Severity = 'error' | 'warn' | 'info' | 'debug';

/** How far a level lets entries through; 'Off' lets none. Trace has no entries of its own. */
const SEVERITY_OF: Readonly<Record<LogLevel, Severity | null>> = {
  Trace: 'debug',
  Debug: 'debug',
  Info: 'info',
  Warn: 'warn',
  Error: 'error',
  Fatal: 'error',
  Off: null,
};

/** The node's log: winston on standard error (standard output belongs to the program's own lines) and in a file. */
export class NodeLogging {
  readonly logger: Logger;
  /** Folder of the log files; null when there is none. */
  readonly path: string | null;
  readonly #winston: winston.Logger;
  readonly #configuredLevel: LogLevel;
  #level: LogLevel;

  constructor(options: NodeLoggingOptions) {
    this.path = options.file === undefined ? null : dirname(options.file);
    this.#configuredLevel = options.level;
    this.#level = options.level;
    this.#winston = winston.createLogger({
      format: options.format === 'json' ? jsonFormat : textFormat,
      transports: transportsOf(options),
    });
    this.#apply();
    this.logger = new WinstonLogger(this.#winston, () => this.#isDebugEnabled);
  }

  currentLevel(): LogLevel {
    return this.#level;
  }

  configuredLevel(): LogLevel {
    return this.#configuredLevel;
  }

  /** At once, for every logger made from this one. Throws UnknownLogLevelError. */
  setLevel(text: string): void {
    const level = logLevelFrom(text);
    if (level === undefined) throw new UnknownLogLevelError(text);
    this.#level = level;
    this.#apply();
  }

  /** Resolves when the last entry has been handed to the file system. */
  async close(): Promise<void> {
    const finished = new Promise<void>((resolve) => this.#winston.once('finish', () => resolve()));
    this.#winston.end();
    await finished;
  }

  get #isDebugEnabled(): boolean {
    return SEVERITY_OF[this.#level] === 'debug';
  }

  #apply(): void {
    const severity = SEVERITY_OF[this.#level];
    this.#winston.silent = severity === null;
    this.#winston.level = severity ?? 'error';
  }
}

function transportsOf(options: NodeLoggingOptions): winston.transport[] {
  const transports: winston.transport[] = [];
  if (options.toConsole !== false) {
    transports.push(new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] }));
  }
  if (options.file !== undefined) {
    mkdirSync(dirname(options.file), { recursive: true });
    transports.push(
      new winston.transports.File({
        filename: options.file,
        maxsize: options.fileBytesMax ?? LOG_FILE_BYTES_MAX,
        maxFiles: options.filesMax ?? LOG_FILES_MAX,
        tailable: true,
      }),
    );
  }
  return transports;
}

class WinstonLogger implements Logger {
  readonly #winston: winston.Logger;
  readonly #isDebug: () => boolean;

  constructor(logger: winston.Logger, isDebug: () => boolean) {
    this.#winston = logger;
    this.#isDebug = isDebug;
  }

  error(message: string, fields?: LogFields): void {
    this.#winston.log({ ...fields, level: 'error', message });
  }

  warn(message: string, fields?: LogFields): void {
    this.#winston.log({ ...fields, level: 'warn', message });
  }

  info(message: string, fields?: LogFields): void {
    this.#winston.log({ ...fields, level: 'info', message });
  }

  debug(message: string, fields?: LogFields): void {
    if (this.#isDebug()) this.#winston.log({ ...fields, level: 'debug', message });
  }

  isDebugEnabled(): boolean {
    return this.#isDebug();
  }

  child(fields: { readonly component: string } & LogFields): Logger {
    return new WinstonLogger(this.#winston.child(fields), this.#isDebug);
  }
}
