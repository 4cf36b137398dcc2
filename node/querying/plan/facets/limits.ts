/** Limits of facets: each with its unit and its reason. */

/** Facets of one query, written out or of its setup documents: a page that filters products has a few dozen. */
export const FACETS_MAX = 256;

/** Ranges of one facet of a setup document; in a query its text is the limit. */
export const SETUP_RANGES_MAX = 1024;
