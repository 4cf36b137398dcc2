import type { GroupTree, TreeEntry, TreePart } from '../../../index-thread/group-trees.ts';

/** The page of a group itself; those of its parts follow it. */
const ROOT_PAGE = 1;

/** A group in `GET /indexes/debug?op=map-reduce-tree`: pages are parts that were reduced on their own. */
export function treeShape({ hash, key, result, entries, parts }: GroupTree) {
  const shown = entries ?? parts?.flatMap((part) => part.entries ?? []) ?? [];
  return {
    Name: hash,
    DisplayName: key,
    Depth: parts === null ? 1 : 2,
    PageCount: 1 + (parts?.length ?? 0),
    NumberOfEntries: shown.length,
    Root: {
      PageNumber: ROOT_PAGE,
      AggregationResult: result === null ? null : parsed(result),
      Children: parts === null ? null : parts.map(partShape),
      Entries: entries === null ? null : entries.map(entryShape),
    },
  };
}

function partShape({ bucket, result, entries }: TreePart) {
  return {
    PageNumber: ROOT_PAGE + 1 + bucket,
    AggregationResult: parsed(result),
    Children: null,
    Entries: entries === null ? null : entries.map(entryShape),
  };
}

function entryShape({ json, id }: TreeEntry) {
  return { Data: parsed(json), Source: id };
}

function parsed(json: string): unknown {
  return JSON.parse(json);
}
