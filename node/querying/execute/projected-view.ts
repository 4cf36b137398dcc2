import { documentTexts } from '../../documents/document-texts.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import type { RowKind } from './project.ts';
import { indexNameOf } from './projected-field.ts';
import type { Row } from './row.ts';

/** In scripts: a document whose members are what the index keeps of it, or the document's, as the query wants them. */
export const PROJECTED_VIEW = `
function __projected({ row, stored, behavior, index }) {
  const document = __document(row);
  const isKept = (name) => !behavior.startsWith('FromDocument') && Object.hasOwn(stored, name);
  const get = (name) => {
    if (typeof name === 'symbol' || name === 'toJSON' || name === '@metadata') return document[name];
    if (isKept(name)) return stored[name];
    if (behavior === 'Default' || behavior === 'FromDocument' || name in Object.prototype) return document[name];
    if (behavior === 'FromIndex') return undefined;
    if (behavior === 'FromDocumentOrThrow') {
      if (Object.hasOwn(document, name)) return document[name];
      throw new Error("Could not extract field '" + name + "' from document '" + row[2] + "', because document does not contain such a field.");
    }
    throw new Error("Could not extract field '" + name + "' from index '" + index + "', because index does not contain such a field or field value is not stored within index.");
  };
  const view = __view(document, get);
  new __About(view, __About.of(document));
  return view;
}
`;

/** How the errors of a view begin: they are the query's, not the script's. */
export const VIEW_ERROR = /^(Error: )?Could not extract field '/;

/** A row's document as the script gets it. */
export function viewOf({ document, stored }: Row, plan: QueryPlan, kind: RowKind): unknown {
  const [json, metadata, id] = documentTexts(document);
  // A group is no document.
  const row = [json, kind === 'group' ? '{}' : metadata, id];
  const behavior = plan.projection;
  if (kind !== 'document' || (behavior === 'Default' && stored.size === 0)) {
    return behavior === 'FromDocumentOrThrow' ? { row, stored: {}, behavior, index: '' } : row;
  }
  const kept = Object.fromEntries([...stored].map(([name, json]) => [name, JSON.parse(json) as unknown]));
  return { row, stored: kept, behavior, index: indexNameOf(plan) };
}
