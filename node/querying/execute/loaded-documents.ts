import type { DocumentReader } from '../../documents/document-reader.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { jsonAt } from '../../json/json-path.ts';
import { documentPath } from '../plan/names.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { Field, LoadItem } from '../rql/syntax-tree.ts';
import { type LoadedValue, NOTHING_LOADED } from './row.ts';

/** What the LOAD clause of a query brings for a document, by alias. */
export function loadedBy(
  plan: QueryPlan,
  document: StoredDocument,
  reader: DocumentReader,
): ReadonlyMap<string, LoadedValue> {
  if (plan.load.length === 0) return NOTHING_LOADED;
  const loaded = new Map<string, LoadedValue>();
  for (const item of plan.load) loaded.set(item.alias, loadItem(item, plan, document, loaded, reader));
  return loaded;
}

function loadItem(
  { expression, alias, isArray }: LoadItem,
  plan: QueryPlan,
  document: StoredDocument,
  loaded: ReadonlyMap<string, LoadedValue>,
  reader: DocumentReader,
): LoadedValue {
  const value =
    expression.kind === 'field' ? valueAt(expression, plan, document, loaded) : plan.binder.value(expression);
  if (value === null && !isArray) return null;
  const ids = [value].flat().filter((id) => typeof id === 'string');
  const found = reader.getMany(ids).filter((one) => one !== undefined);
  if (isArray) return found;
  if (found.length > 1) {
    throw new InvalidQueryError(
      `Attempted to read multiple values in field ${alias}, but it isn't an array: did you forget '[]'?`,
      plan.text,
    );
  }
  return found[0];
}

/** The value of a field of the document, or of what was loaded before: of several documents a list. */
function valueAt(
  field: Field,
  { alias }: QueryPlan,
  document: StoredDocument,
  loaded: ReadonlyMap<string, LoadedValue>,
): unknown {
  const first = field.parts[0]?.name ?? '';
  if (!loaded.has(first)) return jsonValueAt(document, documentPath(field, alias));
  const path = documentPath({ kind: 'field', parts: field.parts.slice(1) });
  const before = loaded.get(first);
  if (isList(before)) return before.flatMap((one) => jsonValueAt(one, path));
  return before ? jsonValueAt(before, path) : undefined;
}

function jsonValueAt({ body }: StoredDocument, path: readonly string[]): unknown {
  const json = jsonAt(body, path);
  return json === undefined ? undefined : JSON.parse(json.toString('utf8'));
}

function isList(value: LoadedValue): value is readonly StoredDocument[] {
  return Array.isArray(value);
}
