/** A script can't be read, threw, or took more than it may. */
export class ScriptError extends Error {
  override readonly name: string = 'ScriptError';
  /** `syntax`: it can't be read. `limit`: it took too long or too much memory. */
  readonly fault: 'syntax' | 'thrown' | 'limit';

  constructor(fault: ScriptError['fault'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.fault = fault;
  }
}
