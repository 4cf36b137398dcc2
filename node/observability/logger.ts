/** Facts of a log entry, beside its text. */
export type LogFields = Readonly<Record<string, unknown>>;

/** How every room logs. Rooms below the composition get one passed in and never know what writes the entries. */
export interface Logger {
  /** Something failed that the node can't set right itself. */
  error(message: string, fields?: LogFields): void;
  /** Something unusual that the node copes with. */
  warn(message: string, fields?: LogFields): void;
  /** Something an operator wants to know of a healthy node; never once a request. */
  info(message: string, fields?: LogFields): void;
  /** For whoever looks for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** Ask before building costly text or fields for `debug`. */
  isDebugEnabled(): boolean;
  /** The same logger with fields added to each entry. */
  child(fields: { readonly component: string } & LogFields): Logger;
}

/** Swallows everything. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  isDebugEnabled: () => false,
  child: () => silentLogger,
};
