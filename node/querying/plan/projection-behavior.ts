/** Where a projection takes the values of fields from: what the index keeps of them, or the document. */
export const PROJECTION_BEHAVIORS = [
  'Default',
  'FromIndex',
  'FromIndexOrThrow',
  'FromDocument',
  'FromDocumentOrThrow',
] as const;

export type ProjectionBehavior = (typeof PROJECTION_BEHAVIORS)[number];
