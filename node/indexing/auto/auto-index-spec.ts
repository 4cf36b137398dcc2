import { hash } from 'node:crypto';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { AutoIndexDefinition } from '../definitions/index-definition.ts';
import type { IndexSpec, MappedDocument, SourceField } from '../local/index-spec.ts';
import { documentValues, pathTree } from '../values/document-values.ts';
import { parsePath } from '../values/field-path.ts';
import type { FieldValues } from '../values/index-value.ts';
import { fieldsOf } from './auto-index-definition.ts';

const METADATA = '@metadata';
const ID = 'id()';

/** An auto index, ready to run: its fields are paths into documents. */
export function autoIndexSpec(definition: AutoIndexDefinition): IndexSpec {
  const fields = new Map(fieldsOf(definition).map((field) => [field.name, field]));
  const names = [...fields.keys()];
  return {
    name: definition.Name,
    revision: hash('sha256', JSON.stringify([definition.Collection, definition.MapFields])),
    type: 'AutoMap',
    collections: definition.Collection === '@all_docs' ? null : [definition.Collection],
    sources: [ID, ...names],
    fieldsOf: (name): readonly SourceField[] => [
      { name, analysis: 'default' },
      ...(fields.get(name)?.exact === true ? [{ name: `exact(${name})`, analysis: 'exact' } as const] : []),
      ...(fields.get(name)?.search === true
        ? [{ name: `search(${name})`, analysis: { analyzer: 'StandardAnalyzer' } }]
        : []),
    ],
    canSuggest: (name) => fields.get(name)?.suggest === true,
    map: pathMapper(names),
  };
}

function pathMapper(names: readonly string[]): IndexSpec['map'] {
  const paths = names.map((name) => parsePath(name.replaceAll("'", '')));
  const inBody = paths.map((path) => (path[0] === METADATA ? [] : path));
  const inMetadata = paths.map((path) => (path[0] === METADATA ? path.slice(1) : []));
  const bodyTree = { ...pathTree(inBody), ends: [] };
  const metadataTree = { ...pathTree(inMetadata), ends: [] };
  const readsMetadata = inMetadata.some((path) => path.length > 0);
  const mapOne = (document: StoredDocument): MappedDocument => {
    const body = documentValues(document.body, bodyTree, paths.length);
    const metadata = readsMetadata ? documentValues(document.metadata, metadataTree, paths.length) : [];
    const entry: Record<string, FieldValues> = { [ID]: [document.id] };
    names.forEach((name, at) => {
      const path = paths[at] ?? [];
      entry[name] =
        path[0] === METADATA ? (serverMetadata(document, path) ?? metadata[at] ?? []) : (body[at] ?? []);
    });
    return { entries: [{ values: entry }] };
  };
  return (documents) => documents.map((document) => attempt(() => mapOne(document)));
}

/** A document that can't be mapped is an error of that document alone. */
function attempt(map: () => MappedDocument): MappedDocument {
  try {
    return map();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Members of the metadata that the server keeps beside the client's. */
function serverMetadata(document: StoredDocument, path: readonly string[]): FieldValues | undefined {
  if (path.length !== 2 || path[1] !== '@collection') return undefined;
  return [document.collection];
}
