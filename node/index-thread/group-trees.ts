import type { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndex } from '../indexing/local/local-index.ts';
import { bucketOf } from '../indexing/reduce/group-keys.ts';
import type { GroupValue } from '../indexing/reduce/group-reader.ts';
import type { ReducedObject } from '../indexing/reduce/reducer.ts';
import { SHOWN_DOCUMENTS_MAX } from './limits.ts';

/** A value of a group, JSON as text, with the id of the document that gave it. */
export interface TreeEntry {
  readonly json: string;
  readonly id: string;
}

/** A part of a large group. `entries`: null where none of the documents that were asked for is in it. */
export interface TreePart {
  readonly bucket: number;
  readonly result: string;
  readonly entries: readonly TreeEntry[] | null;
}

/** How a group came to its result. JSON as texts. */
export interface GroupTree {
  /** Hash of the key, which names the group. */
  readonly hash: string;
  readonly key: string;
  /** Null: it could not be reduced. */
  readonly result: string | null;
  /** Values of a small group; null: it is large. */
  readonly entries: readonly TreeEntry[] | null;
  /** Parts of a large group; null: it is small. */
  readonly parts: readonly TreePart[] | null;
}

/** The groups that documents, by their ids in lower case, give values to; null: the index has no groups. */
export function groupTrees(
  index: LocalIndex,
  documents: IndexedDocuments,
  lowerIds: readonly string[],
): readonly GroupTree[] | null {
  const { reduce } = index.spec;
  if (reduce === undefined) return null;
  const { groupReader: groups } = index.reader;
  const entriesOf = entryReader(documents);
  const asked = new Set(lowerIds.map(bucketOf));
  const hashes = new Set(lowerIds.flatMap((lowerId) => groups.groupsOf(lowerId)));
  return [...hashes].map((hash): GroupTree => {
    const parts = groups.partsOf(hash);
    const isLarge = parts.length > 0;
    const [first] = groups.valuesOf(hash);
    const keys = first === undefined ? [] : reduce.keysOf([JSON.parse(first.json) as ReducedObject]);
    return {
      hash,
      key: keys[0] ?? 'null',
      result: index.reader.groups([{ hash }])[0]?.toString('utf8') ?? null,
      entries: isLarge ? null : entriesOf(groups.valuesOf(hash)),
      parts: isLarge
        ? parts.map(({ bucket, json }) => ({
            bucket,
            result: json,
            entries: asked.has(bucket) ? entriesOf(groups.valuesOf(hash, bucket)) : null,
          }))
        : null,
    };
  });
}

/** Reads values with the ids of their documents, until there are too many in all. */
function entryReader(documents: IndexedDocuments): (values: Iterable<GroupValue>) => readonly TreeEntry[] {
  let left = SHOWN_DOCUMENTS_MAX;
  return (values) => {
    const found: GroupValue[] = [];
    for (const value of values) {
      if (left-- <= 0) break;
      found.push(value);
    }
    const stored = documents.reader.getMany(found.map(({ lowerId }) => lowerId));
    return found.map(({ lowerId, json }, at) => ({ json, id: stored[at]?.id ?? lowerId }));
  };
}
