/** Limits of shapes: each with its unit and its reason. */

/** Characters of a shape as text; a country's border in detail has some 100,000. */
export const WKT_CHARACTERS_MAX = 4_000_000;

/** Positions of one shape: two shapes are compared edge by edge. */
export const POSITIONS_MAX = 100_000;

/** Shapes inside of shapes: each is a call on the parser's own stack. */
export const NESTED_SHAPES_MAX = 16;

/** Cells that a shape in a document is found by, and a shape in a query is looked for by. */
export const INDEXED_CELLS_MAX = 8;
export const SEARCHED_CELLS_MAX = 32;
