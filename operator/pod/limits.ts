/** Limits of a database pod: each with its unit and its reason. */

/** Largest entry of the incarnations ConfigMap, and largest record of it on the volume, in bytes: both are one short text. */
export const INCARNATION_BYTES_MAX = 1024;

/** Longest name of an incarnation, in characters: with a time behind it, it is the name of a folder. */
export const INCARNATION_NAME_MAX = 200;
