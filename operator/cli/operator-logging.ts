import winston from 'winston';
import type { Narrator } from '../platform/reconciler.ts';

export type LogFormat = 'text' | 'json';

/** The operator's log: for people a time and a sentence, for machines one JSON object a line. */
export function operatorLogging(format: LogFormat): Narrator {
  const { combine, timestamp, json, printf } = winston.format;
  const text = combine(
    timestamp({ format: 'HH:mm:ss' }),
    printf(({ timestamp: time, level, message }) => {
      return `${time} ${level === 'warn' ? 'WARNING ' : ''}${message}`;
    }),
  );
  const logger = winston.createLogger({
    format: format === 'json' ? combine(timestamp(), json()) : text,
    transports: [new winston.transports.Console()],
  });
  return {
    info: (message) => void logger.info(message),
    warn: (message) => void logger.warn(message),
  };
}
