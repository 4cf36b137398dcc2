import { InvalidQueryError } from '../query-error.ts';
import type { SearchedIndex } from './evaluate.ts';

/**
 * What is said beside the results goes by their ids, or by the values of a field.
 *
 * @param method that says it, for messages
 */
export function resultKey(
  { id, lowerId }: { readonly id: string; readonly lowerId: string },
  groupKey: string | undefined,
  index: SearchedIndex,
  isGrouped: boolean,
  method: string,
): string {
  if (groupKey === undefined) {
    if (!isGrouped) return id;
    throw new InvalidQueryError(
      `Results of a map-reduce index have no ids: '${method}()' needs the option GroupKey, the name of a field`,
    );
  }
  const field = index.fields.get(groupKey);
  if (field === undefined) {
    throw (
      index.unknownField(groupKey) ?? new InvalidQueryError(`There is no field '${groupKey}' for GroupKey`)
    );
  }
  const [row] = index.reader.entryRows([...index.reader.entriesOf(lowerId)]);
  const [value = null] = row?.values[field.source] ?? [];
  return typeof value === 'object' ? (value?.json ?? 'null') : String(value);
}
