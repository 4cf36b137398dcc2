import { format } from 'winston';

/** Errors print as nothing in JSON: their text and cause are what a reader needs. */
function readable(value: unknown): unknown {
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value === 'bigint') return value.toString();
  return value;
}

const readableFields = format((entry) => {
  for (const key of Object.keys(entry)) entry[key] = readable(entry[key]);
  return entry;
});

/** One JSON object a line: timestamp, level, message, and the fields as they are. */
export const jsonFormat = format.combine(readableFields(), format.timestamp(), format.json());

/** `2026-01-31 12:00:00.000 WARN  [rachis] Lost the leader term=4`: one line an entry, except for stacks. */
export const textFormat = format.combine(
  readableFields(),
  format.timestamp({ format: 'YYYY-MM-DD HH:mm:ss.SSS' }),
  format.printf(({ timestamp, level, message, component, ...fields }) => {
    const place = component === undefined ? '' : ` [${String(component)}]`;
    const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${shown(value)}`);
    return `${String(timestamp)} ${level.toUpperCase().padEnd(5)}${place} ${String(message)}${facts.join('')}`;
  }),
);

function shown(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'undefined';
  // Text of others must not be able to forge an entry: a line break in it stays inside quotes unless it is a stack.
  if (/^\w*Error\b.*\n\s+at /.test(value)) return value;
  return /[\s"=\p{Cc}]/u.test(value) ? JSON.stringify(value) : value;
}
