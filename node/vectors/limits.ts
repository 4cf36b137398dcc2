/** Limits of vectors: each with its unit and its reason. */

/** Dimensions of a vector: models give some thousand at most. */
export const VECTOR_DIMENSIONS_MAX = 16_384;

/** Vectors of one field of an entry, and of one query: a long text in pieces has some hundred. */
export const VECTORS_TOGETHER_MAX = 1024;
