/** A shape that can't be read, or that does not fit its space. */
export class SpatialError extends Error {
  override readonly name = 'SpatialError';
}
