/** Limits of suggestions: each with its unit and its reason. */

/** Terms that one query may ask suggestions for: each is compared with all words of a field. */
export const SUGGESTED_TERMS_MAX = 64;

/** Characters of such a term: nobody misspells more, and comparing costs the product of both lengths. */
export const SUGGESTED_CHARACTERS_MAX = 256;
