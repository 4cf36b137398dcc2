/** Counted up whenever C# is translated to something else, so that indexes of it are made again. */
export const LINQ_VERSION = 2;
