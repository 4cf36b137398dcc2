/** A pod was started in a way it can't run. The message names the variable, argument or file, and what to do. */
export class PodEnvironmentError extends Error {
  override readonly name = 'PodEnvironmentError';
}
