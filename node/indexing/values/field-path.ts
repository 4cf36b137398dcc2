import { EACH } from '../../json/json-path.ts';

/**
 * A path into a document, as `Lines[].Price` names it: the members on the way, and the steps to each element of an array.
 * Arrays on the way are walked without such a step, too.
 */
export type FieldPath = readonly string[];

/**
 * The steps of a path text. `Lines[].P` and `Lines.P` are the same values, but for `Count` and `Length`, which without
 * brackets are the size of the array. A number in brackets is a member of that name.
 */
export function parsePath(text: string): FieldPath {
  return text
    .replaceAll('[]', `.${EACH}`)
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '');
}
