import type { CompareExchangeValues } from '../../../cluster/compare-exchange-values.ts';
import type { StoredValue } from '../../../cluster/state/compare-exchange.ts';
import { guardKey } from '../../../cluster/state/guards.ts';
import { TRANSACTION_TAG } from '../../../documents/change-vector.ts';
import { collectIds, parseIncludePath } from '../../../documents/include-path.ts';
import type { StoredDocument } from '../../../documents/stored-document.ts';
import { answerTooLarge, invalidOperation } from '../../errors/protocol-error.ts';
import { ANSWER_BYTES_MAX, VALUE_KEYS_MAX } from '../../limits.ts';

/** Compare-exchange values as answers include them: JSON text, by the key as it was asked for. */
export type IncludedValues = readonly (readonly [key: string, json: string])[];

/** The values whose keys stand at these paths of the documents; of a missing one, that it is. */
export function valuesAt(
  paths: readonly string[],
  documents: readonly (StoredDocument | undefined)[],
  values: CompareExchangeValues,
): IncludedValues {
  if (paths.length === 0) return [];
  const parsed = paths.map(parseIncludePath);
  const keys = new Set<string>();
  for (const document of documents) {
    if (document === undefined) continue;
    const body: unknown = JSON.parse(document.body.toString());
    for (const path of parsed) collectIds(body, path, keys);
    if (keys.size > VALUE_KEYS_MAX) {
      throw invalidOperation(`One request may include ${VALUE_KEYS_MAX} compare-exchange values.`);
    }
  }
  // Of keys that differ in case only there is one value: the first spelling stands.
  const spellings = new Map([...keys].reverse().map((key) => [key.toLowerCase(), key]));
  return includedValues([...spellings.values()].reverse(), values);
}

export function includedValues(keys: readonly string[], values: CompareExchangeValues): IncludedValues {
  let length = 0;
  return keys.map((key) => {
    const stored = values.find(key);
    length += stored?.value.length ?? 0;
    if (length > ANSWER_BYTES_MAX) throw answerTooLarge();
    return [key, stored === undefined ? missing(key) : `{${members(stored)}}`] as const;
  });
}

/**
 * Guards that stand though their documents are missing: somebody deleted the document on one node alone. Whoever creates
 * it anew in a cluster-wide transaction has to know where the guard stands.
 */
export function guardsOf(
  ids: readonly string[],
  values: CompareExchangeValues,
  clusterTransactionId: string,
): IncludedValues {
  return ids.flatMap((id) => {
    const stored = values.find(guardKey(id));
    if (stored === undefined) return [];
    const changeVector = `${TRANSACTION_TAG}:${stored.index}-${clusterTransactionId}`;
    return [[stored.key, `{${members(stored)},"ChangeVector":"${changeVector}"}`] as const];
  });
}

function members({ key, index, value }: StoredValue): string {
  return `"Key":${JSON.stringify(key)},"Index":${index},"Value":${value}`;
}

function missing(key: string): string {
  return `{"Key":${JSON.stringify(key)},"Index":-1,"Value":null}`;
}
