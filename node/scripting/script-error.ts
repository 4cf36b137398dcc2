/** A script can't be read, threw, or took more than it may. */
export class ScriptError extends Error {
  /** What can't be read has a name of its own: clients know it as another class. */
  override readonly name: 'ScriptError' | 'ScriptSyntaxError';
  /** `syntax`: it can't be read. `limit`: it took too long or too much memory. */
  readonly fault: 'syntax' | 'thrown' | 'limit';

  constructor(fault: ScriptError['fault'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = fault === 'syntax' ? 'ScriptSyntaxError' : 'ScriptError';
    this.fault = fault;
  }
}
