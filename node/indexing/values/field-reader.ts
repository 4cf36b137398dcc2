import { formatTicks } from '../../documents/hybrid-clock.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { documentValues, pathTree } from './document-values.ts';
import { parsePath } from './field-path.ts';
import type { FieldValues } from './index-value.ts';

const METADATA = '@metadata';

/** Reads the values of fields of a document, in the order of their names: paths into it, or into its metadata. */
export function fieldReader(names: readonly string[]): (document: StoredDocument) => readonly FieldValues[] {
  const paths = names.map((name) => parsePath(name.replaceAll("'", '')));
  const inBody = paths.map((path) => (path[0] === METADATA ? [] : path));
  const inMetadata = paths.map((path) => (path[0] === METADATA ? path.slice(1) : []));
  const bodyTree = { ...pathTree(inBody), ends: [] };
  const metadataTree = { ...pathTree(inMetadata), ends: [] };
  const readsMetadata = inMetadata.some((path) => path.length > 0);
  return (document) => {
    const body = documentValues(document.body, bodyTree, paths.length);
    const metadata = readsMetadata ? documentValues(document.metadata, metadataTree, paths.length) : [];
    if (!readsMetadata) return body;
    return paths.map((path, at) =>
      path[0] === METADATA ? (serverMetadata(document, path) ?? metadata[at] ?? []) : (body[at] ?? []),
    );
  };
}

/** Members of the metadata that the server keeps beside the client's. */
function serverMetadata(
  { collection, lastModified }: StoredDocument,
  path: readonly string[],
): FieldValues | undefined {
  if (path.length !== 2) return undefined;
  if (path[1] === '@collection') return [collection];
  return path[1] === '@last-modified' ? [formatTicks(lastModified)] : undefined;
}
