import { hash } from 'node:crypto';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { AutoIndexDefinition } from '../definitions/index-definition.ts';
import type { Analysis, IndexField } from '../definitions/index-field.ts';
import type { IndexSpec } from '../local/index-spec.ts';
import { documentValues, pathTree } from '../values/document-values.ts';
import { parsePath } from '../values/field-path.ts';
import type { FieldValues } from '../values/index-value.ts';
import { fieldsOf } from './auto-index-definition.ts';

const METADATA = '@metadata';

/** Source of the document's id; those of the definition's fields follow. */
const ID_SOURCE = 0;

/** An auto index, ready to run: its fields are paths into documents. */
export function autoIndexSpec(definition: AutoIndexDefinition): IndexSpec {
  const fields = fieldsOf(definition);
  const names = fields.map(({ name }) => name);
  const abilities = fields.flatMap(({ name, search, exact }, at): Omit<IndexField, 'id'>[] => {
    const source = at + 1;
    const field = (shown: string, analysis: Analysis) => ({ name: shown, source, analysis });
    return [
      field(name, 'default'),
      ...(exact ? [field(`exact(${name})`, 'exact')] : []),
      ...(search ? [field(`search(${name})`, { analyzer: 'StandardAnalyzer' })] : []),
    ];
  });
  const all = [{ name: 'id()', source: ID_SOURCE, analysis: 'default' as const }, ...abilities];
  return {
    name: definition.Name,
    revision: hash('sha256', JSON.stringify([definition.Collection, definition.MapFields])),
    type: 'AutoMap',
    collections: definition.Collection === '@all_docs' ? null : [definition.Collection],
    fields: all.map((field, at) => ({ id: at + 1, ...field })),
    map: pathMapper(names),
  };
}

function pathMapper(names: readonly string[]): IndexSpec['map'] {
  const paths = names.map((name) => parsePath(name.replaceAll("'", '')));
  const inBody = paths.map((path) => (path[0] === METADATA ? [] : path));
  const inMetadata = paths.map((path) => (path[0] === METADATA ? path.slice(1) : []));
  const bodyTree = pathTree(inBody);
  const metadataTree = pathTree(inMetadata);
  const readsMetadata = inMetadata.some((path) => path.length > 0);
  return (document) => {
    const body = documentValues(document.body, { ...bodyTree, ends: [] }, paths.length);
    const metadata = readsMetadata
      ? documentValues(document.metadata, { ...metadataTree, ends: [] }, paths.length)
      : [];
    const values = paths.map((path, at): FieldValues => {
      if (path[0] !== METADATA) return body[at] ?? [];
      return serverMetadata(document, path) ?? metadata[at] ?? [];
    });
    return [[[document.id], ...values]];
  };
}

/** Members of the metadata that the server keeps beside the client's. */
function serverMetadata(document: StoredDocument, path: readonly string[]): FieldValues | undefined {
  if (path.length !== 2 || path[1] !== '@collection') return undefined;
  return [document.collection];
}
