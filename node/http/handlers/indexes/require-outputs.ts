import type { DatabaseIndexes } from '../../../index-thread/database-indexes.ts';
import type { StaticIndexDefinition } from '../../../indexing/definitions/index-definition.ts';
import { findByName } from '../../../indexing/definitions/index-name.ts';
import { type OutputNode, outputFault } from '../../../indexing/output/output-loops.ts';
import { reduceOutputOf } from '../../../indexing/output/reduce-output.ts';
import { ProtocolError } from '../../errors/protocol-error.ts';

/** Documents of a collection on this node. */
export type DocumentCount = (collection: string) => number;

/** Throws the protocol's error when one of the indexes must not write the documents that it says. */
export async function requireOutputs(
  definitions: readonly StaticIndexDefinition[],
  indexes: DatabaseIndexes,
  countOf: DocumentCount,
): Promise<void> {
  if (!definitions.some((one) => reduceOutputOf(one) !== undefined)) return;
  const replaced = new Set(definitions.map(({ Name }) => Name.toLowerCase()));
  const kept = indexes.staticIndexes.filter(({ Name }) => !replaced.has(Name.toLowerCase()));
  const nodes = await Promise.all(
    [...kept.filter((one) => reduceOutputOf(one) !== undefined), ...definitions].map((one) =>
      nodeOf(one, indexes),
    ),
  );
  for (const definition of definitions) {
    const own = nodes.find(({ name }) => name === definition.Name);
    const fault =
      own === undefined
        ? null
        : (outputFault(
            own,
            nodes.filter((one) => one !== own),
          ) ?? collectionFault(definition, indexes, countOf));
    if (fault === null) continue;
    throw new ProtocolError(500, 'Raven.Client.Exceptions.Documents.Indexes.IndexInvalidException', fault);
  }
}

async function nodeOf(definition: StaticIndexDefinition, indexes: DatabaseIndexes): Promise<OutputNode> {
  const { collections, loads } = await indexes.validate(definition);
  return {
    name: definition.Name,
    reads: collections === null ? null : [...collections, ...loads],
    writes: reduceOutputOf(definition)?.collection ?? null,
  };
}

/** What is in the collection already is somebody else's, unless this index has written there before. */
function collectionFault(
  definition: StaticIndexDefinition,
  indexes: DatabaseIndexes,
  countOf: DocumentCount,
): string | null {
  const collection = reduceOutputOf(definition)?.collection;
  if (collection === undefined) return null;
  const before = findByName(indexes.staticIndexes, definition.Name);
  const isItsOwn =
    before !== undefined && reduceOutputOf(before)?.collection.toLowerCase() === collection.toLowerCase();
  const count = countOf(collection);
  if (isItsOwn || count === 0) return null;
  return `Index '${definition.Name}' is defined to output the Reduce results to documents in Collection '${collection}'. This collection currently has ${count} documents. All documents in Collection '${collection}' must be deleted first.`;
}
