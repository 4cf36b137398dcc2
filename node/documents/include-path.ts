/**
 * Where a document names others: `CustomerId`, `Lines[].ProductId`, `Lines.ProductId`, `Refs.$Values`, or with a prefix
 * for bare numbers, `CustomerNumber(customers/)`.
 */
export interface IncludePath {
  /** As the client wrote it; an id, too, when no document has such a member. */
  readonly text: string;
  readonly segments: readonly string[];
  /** Put before each value found; '' for none. */
  readonly prefix: string;
}

export function parseIncludePath(text: string): IncludePath {
  const open = text.endsWith(')') ? text.lastIndexOf('(') : -1;
  const path = open > 0 ? text.slice(0, open) : text;
  const segments = path
    .split(/[.,]/)
    .map((segment) => (segment.endsWith('[]') ? segment.slice(0, -2) : segment))
    .filter((segment) => segment !== '');
  return { text, segments, prefix: open > 0 ? text.slice(open + 1, -1) : '' };
}

/** Adds the ids that a document names at the path. false when the document has no such path. */
export function collectIds(document: unknown, path: IncludePath, ids: Set<string>): boolean {
  return collect(document, path.segments, 0, path.prefix, ids);
}

function collect(
  value: unknown,
  segments: readonly string[],
  at: number,
  prefix: string,
  ids: Set<string>,
): boolean {
  if (Array.isArray(value)) {
    let isFound = false;
    for (const item of value) isFound = collect(item, segments, at, prefix, ids) || isFound;
    return isFound;
  }
  const segment = segments[at];
  if (segment === undefined) return addLeaf(value, prefix, ids);
  if (typeof value !== 'object' || value === null) return false;
  if (segment === '$Keys') return collect(Object.keys(value), segments, at + 1, prefix, ids);
  if (segment === '$Values') return collect(Object.values(value), segments, at + 1, prefix, ids);
  if (!Object.hasOwn(value, segment)) return false;
  return collect((value as Record<string, unknown>)[segment], segments, at + 1, prefix, ids);
}

/** null and objects name nothing, but the path is there. */
function addLeaf(value: unknown, prefix: string, ids: Set<string>): boolean {
  if (typeof value === 'string' && value !== '') ids.add(prefix + value);
  else if (typeof value === 'number') ids.add(prefix + String(value));
  return true;
}
