import winston from 'winston';
import type { OperatorLog } from '../platform/kubernetes/controller/operator-services.ts';
import type { Narrator } from '../platform/reconciler.ts';

export type LogFormat = 'text' | 'json';
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** The operator's log: for people a time and a sentence, for machines one JSON object a line. */
export function operatorLogging(format: LogFormat): Narrator {
  return structuredLogging(format, 'info');
}

/** As `operatorLogging`, with fields that say what a line is about. */
export function structuredLogging(format: LogFormat, level: LogLevel): OperatorLog {
  const { combine, timestamp, json, printf } = winston.format;
  const text = combine(
    timestamp({ format: 'HH:mm:ss' }),
    printf(({ timestamp: time, level: importance, message, cluster }) => {
      const about = typeof cluster === 'string' ? `${cluster}: ` : '';
      return `${time} ${importance === 'warn' ? 'WARNING ' : ''}${about}${message}`;
    }),
  );
  const logger = winston.createLogger({
    level,
    format: format === 'json' ? combine(timestamp(), json()) : text,
    transports: [new winston.transports.Console()],
  });
  return logOf(logger);
}

function logOf(logger: winston.Logger): OperatorLog {
  return {
    info: (message) => void logger.info(message),
    warn: (message) => void logger.warn(message),
    child: (fields) => logOf(logger.child(fields)),
  };
}
