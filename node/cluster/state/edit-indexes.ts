import type { DeleteIndexes, PutAutoIndex } from '../cluster-command.ts';
import { ClusterOperationError } from '../cluster-error.ts';
import { AUTO_INDEXES_MAX } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { requireRecord, writeRecord } from './stored-record.ts';

type Indexes = Readonly<Record<string, unknown>>;

/** The same definition again changes nothing, so that every node may ask for the index that its query needs. */
export function putAutoIndex(context: ApplyContext, { name, definition }: PutAutoIndex): null {
  const { record } = requireRecord(context.state, name);
  const indexes = (record.AutoIndexes ?? {}) as Indexes;
  const known = indexes[definition.Name];
  if (JSON.stringify(known) === JSON.stringify(definition)) return null;
  if (known === undefined && Object.keys(indexes).length >= AUTO_INDEXES_MAX) {
    throw new ClusterOperationError(
      `Database '${name}' has ${AUTO_INDEXES_MAX} auto indexes already: delete some, or query a static index.`,
    );
  }
  writeRecord(
    context.state,
    { ...record, AutoIndexes: { ...indexes, [definition.Name]: definition } },
    context.index,
  );
  return null;
}

export function deleteIndexes(context: ApplyContext, { name, indexes }: DeleteIndexes): null {
  const { record } = requireRecord(context.state, name);
  const gone = new Set(indexes.map((index) => index.toLowerCase()));
  const left = (all: unknown): Indexes =>
    Object.fromEntries(
      Object.entries((all ?? {}) as Indexes).filter(([index]) => !gone.has(index.toLowerCase())),
    );
  writeRecord(
    context.state,
    { ...record, AutoIndexes: left(record.AutoIndexes), Indexes: left(record.Indexes) },
    context.index,
  );
  return null;
}
