/** Limits of the JSON room: each with its unit and its reason. */

/** Levels of nesting; the scanner recurses once a level, and this keeps it far from the end of the stack. */
export const JSON_DEPTH_MAX = 512;

/** Keys of one object that are compared one by one to find a repeated one; wider objects use a set. */
export const LINEAR_KEYS_MAX = 24;

/** Bytes of one top-level object of a stream, unless the caller says otherwise: it is held in memory as a whole. */
export const STREAM_OBJECT_BYTES_MAX = 128 * 1024 * 1024;

/** Operations of one JSON patch. */
export const JSON_PATCH_OPERATIONS_MAX = 10_000;

/** Characters of what the `copy` operations of one JSON patch copy, together. */
export const JSON_PATCH_COPIED_CHARACTERS_MAX = 8 * 1024 * 1024;

/** Texts of keys that are kept, by their hashes, and the bytes of the longest. */
export const KEY_TEXTS = 1024;
export const KEY_TEXT_BYTES_MAX = 64;
