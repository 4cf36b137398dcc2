/** Counted up whenever analysed values become other terms, so that indexes with such fields are made again. */
export const WORDS_VERSION = 1;
