/** What should be a vector is none: the message says what it is and what it should be. */
export class VectorError extends Error {
  override readonly name: string = 'VectorError';
}
