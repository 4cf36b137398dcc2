/** What a person must know because a command did not do what it is for: what was wrong, where, and what to do. */
export class PluginError extends Error {
  override readonly name: string = 'PluginError';
}
