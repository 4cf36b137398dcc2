import type { StoredDocument } from '../../documents/stored-document.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { RowKind } from './project.ts';
import type { Row } from './row.ts';

/** JSON of a field in a row; undefined: the row does not have it. */
export type FieldJson = (row: Row) => string | undefined;

/** What a field is projected from, and what is shown where it is missing; undefined: nothing. */
export interface ProjectedFrom {
  readonly plan: QueryPlan;
  readonly kind: RowKind;
  readonly missing: string | undefined;
}

/**
 * A field as the query wants it: by default what the index keeps of it, else the document's. The result of a group is
 * kept by its index, and a collection has no index.
 */
export function projectedField(
  name: string,
  fromDocument: (document: StoredDocument) => string | undefined,
  { plan, kind, missing }: ProjectedFrom,
): FieldJson {
  const fromIndex: FieldJson =
    kind === 'document' ? ({ stored }) => stored.get(name) : ({ document }) => fromDocument(document);
  switch (plan.projection) {
    case 'Default':
      return (row) => fromIndex(row) ?? fromDocument(row.document) ?? missing;
    case 'FromIndex':
      return kind === 'collection' ? (row) => fromIndex(row) ?? 'null' : fromIndex;
    case 'FromIndexOrThrow':
      return kind === 'collection'
        ? (row) => fromIndex(row) ?? 'null'
        : (row) => fromIndex(row) ?? notKept(name, plan);
    case 'FromDocument':
      return ({ document }) => fromDocument(document) ?? missing;
    case 'FromDocumentOrThrow':
      return ({ document }) => fromDocument(document) ?? notThere(name, document, plan);
  }
}

/** No index keeps anything of a document that the query loads. */
export function loadedField(name: string, json: FieldJson, plan: QueryPlan, kind: RowKind): FieldJson {
  if (kind === 'collection') return json;
  if (plan.projection === 'FromIndex') return () => undefined;
  return plan.projection === 'FromIndexOrThrow' ? () => notKept(name, plan) : json;
}

/** @throws InvalidQueryError where values are wanted from documents that there are not */
export function requireSource({ projection, text }: QueryPlan, kind: RowKind): void {
  if (kind !== 'group' || !projection.startsWith('FromDocument')) return;
  throw new InvalidQueryError(
    `Invalid projection behavior '${projection}'. You can only extract values from index: the results of a map-reduce index are no documents.`,
    text,
  );
}

export function indexNameOf({ source }: QueryPlan): string {
  return source.kind === 'index' ? source.name : '';
}

function notKept(name: string, plan: QueryPlan): never {
  throw new InvalidQueryError(
    `Could not extract field '${name}' from index '${indexNameOf(plan)}', because index does not contain such a field or field value is not stored within index.`,
    plan.text,
  );
}

function notThere(name: string, { id }: StoredDocument, plan: QueryPlan): never {
  throw new InvalidQueryError(
    `Could not extract field '${name}' from document '${id}', because document does not contain such a field.`,
    plan.text,
  );
}
