/** A body longer than is held in memory, or parsed in one go. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}
