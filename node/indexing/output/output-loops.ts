/** An index as far as it reads and writes collections. */
export interface OutputNode {
  readonly name: string;
  /** Collections that it maps or loads from; null: all documents. */
  readonly reads: readonly string[] | null;
  /** The collection that it writes; null: none. */
  readonly writes: string | null;
}

/**
 * Why an index must not write what it says; null: it may. It would be another's documents, or would feed the index
 * itself, straight or over other indexes. `others`: all indexes that there will be beside it.
 */
export function outputFault(index: OutputNode, others: readonly OutputNode[]): string | null {
  const { name, reads, writes } = index;
  if (writes === null) return null;
  const forbidden = `It is forbidden to create the '${name}' index which would output reduce results to documents in the '${writes}' collection`;
  if (reads === null)
    return `${forbidden}, as this index is mapping all documents and this will result in an infinite loop.`;
  if (has(reads, writes)) {
    return `${forbidden}, as this index is mapping or referencing the '${writes}' collection and this will result in an infinite loop.`;
  }
  const twin = others.find((other) => other.writes !== null && isSame(other.writes, writes));
  if (twin !== undefined) {
    return `${forbidden}, as there is another index named '${twin.name}' which also output reduce results to documents in the same '${writes}' collection. OutputReduceToCollection must be set to unique value for each index or be null.`;
  }
  const path = wayBack(index, others);
  if (path === null) return null;
  const steps = path.map(
    (step) => `${step.name}: ${step.reads?.join(', ') ?? 'all documents'} => ${step.writes}`,
  );
  return `${forbidden}, as '${writes}' collection is consumed by other index in a way that would lead to an infinite loop.\n${steps.join('\n--> ')}`;
}

/** The indexes over which what the first writes gets back to what it reads. */
function wayBack(index: OutputNode, others: readonly OutputNode[]): readonly OutputNode[] | null {
  const writing = others.filter(({ writes }) => writes !== null);
  let paths: readonly (readonly OutputNode[])[] = [[index]];
  const seen = new Set<OutputNode>([index]);
  while (paths.length > 0) {
    const next: (readonly OutputNode[])[] = [];
    for (const path of paths) {
      const output = path.at(-1)?.writes ?? '';
      if (path.length > 1 && (index.reads === null || has(index.reads, output))) return path;
      for (const other of writing) {
        if (seen.has(other) || !(other.reads === null || has(other.reads, output))) continue;
        seen.add(other);
        next.push([...path, other]);
      }
    }
    paths = next;
  }
  return null;
}

function has(names: readonly string[], name: string): boolean {
  return names.some((one) => isSame(one, name));
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
