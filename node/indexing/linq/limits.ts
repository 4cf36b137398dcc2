/** Limits of C# maps and reduces: each with its unit and its reason. */

/** Characters of one map or reduce: people write hundreds. */
export const LINQ_CHARACTERS_MAX = 65_536;

/** Brackets, lambdas and operators within each other while reading, which takes a stack. */
export const LINQ_NESTING_MAX = 100;

/** Levels of the tree that was read, chains of calls and sums included: translating takes a stack, too. */
export const LINQ_LEVELS_MAX = 400;
