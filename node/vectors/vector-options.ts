import { VECTOR_DIMENSIONS_MAX } from './limits.ts';
import { VectorError } from './vector-error.ts';

/**
 * What the numbers of a vector are: `Single` 32-bit floats, `Int8` bytes with a sign, followed by the four bytes of the
 * largest number that was scaled to 127, `Binary` one bit each, eight of them a byte.
 */
export type VectorType = (typeof VECTOR_TYPES)[number];

export const VECTOR_TYPES = ['Single', 'Int8', 'Binary'] as const;

/** A field of vectors: what it is given, and what it keeps of that. */
export interface VectorOptions {
  readonly source: VectorType;
  readonly destination: VectorType;
  /** Absent: any. */
  readonly dimensions?: number;
}

export const DEFAULT_VECTOR_OPTIONS: VectorOptions = { source: 'Single', destination: 'Single' };

/**
 * Options by the names that definitions have.
 *
 * @throws VectorError when they ask for what there is not
 */
export function vectorOptionsOf(given: Readonly<Record<string, unknown>>): VectorOptions {
  const source = typeOf(given, 'SourceEmbeddingType') ?? 'Single';
  // What is small already stays as it is.
  const destination = typeOf(given, 'DestinationEmbeddingType') ?? source;
  if (source !== 'Single' && destination !== source) {
    throw new VectorError(
      `Vectors of type ${source} can't be kept as ${destination}: only those of Single can`,
    );
  }
  const { Dimensions: dimensions = null } = given;
  if (dimensions === null) return { source, destination };
  if (
    typeof dimensions === 'number' &&
    Number.isInteger(dimensions) &&
    dimensions >= 1 &&
    dimensions <= VECTOR_DIMENSIONS_MAX
  ) {
    return { source, destination, dimensions };
  }
  throw new VectorError(
    `'Dimensions' must be a whole number from 1 to ${VECTOR_DIMENSIONS_MAX}, but it is ${JSON.stringify(dimensions)}`,
  );
}

function typeOf(given: Readonly<Record<string, unknown>>, name: string): VectorType | undefined {
  const value = given[name] ?? null;
  if (value === null) return undefined;
  const known = VECTOR_TYPES.find((type) => type.toLowerCase() === String(value).toLowerCase());
  if (known !== undefined) return known;
  if (String(value).toLowerCase() === 'text') throw new VectorError(NO_MODEL);
  throw new VectorError(
    `'${name}' must be one of ${VECTOR_TYPES.join(', ')}, but it is ${JSON.stringify(value)}`,
  );
}

export const NO_MODEL =
  'vectors of texts need a model that makes them, and this server has none: store the vectors that your model makes, and search for those';
