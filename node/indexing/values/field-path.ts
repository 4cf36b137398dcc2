/** A path into a document, as `Lines[].Price` names it: the members on the way. Arrays on the way are walked. */
export type FieldPath = readonly string[];

/**
 * The members of a path text. Brackets say that an array is there, which is walked with or without them: `Lines[].P`
 * and `Lines.P` are the same values. A number in brackets is a member of that name.
 */
export function parsePath(text: string): FieldPath {
  return text
    .replace(/\[\]/g, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '');
}
