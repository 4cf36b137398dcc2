import { ClusterOperationError } from '../cluster-error.ts';
import type { DatabaseRecord } from '../database-record.ts';
import type {
  DeleteIndexes,
  EditIndexes,
  PutAutoIndex,
  PutIndexes,
  PutRecordedIndexes,
  PutRollingAutoIndex,
  PutRollingIndexes,
} from '../index-commands.ts';
import { AUTO_INDEXES_MAX, STATIC_INDEXES_MAX } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { historyAfter, historyWithout, indexesHistory, type PutDefinition } from './index-history.ts';
import { withRolling } from './rolling-indexes.ts';
import { requireRecord, writeRecord } from './stored-record.ts';

type Indexes = Readonly<Record<string, unknown>>;

/** The same definition again changes nothing, so that every node may ask for the index that its query needs. */
export function putAutoIndex(context: ApplyContext, command: PutAutoIndex | PutRollingAutoIndex): null {
  const { name, definition } = command;
  const { record } = requireRecord(context.state, name);
  const indexes = (record.AutoIndexes ?? {}) as Indexes;
  const known = indexes[definition.Name];
  if (JSON.stringify(known) === JSON.stringify(definition)) return null;
  if (known === undefined && Object.keys(indexes).length >= AUTO_INDEXES_MAX) {
    throw new ClusterOperationError(
      `Database '${name}' has ${AUTO_INDEXES_MAX} auto indexes already: delete some, or query a static index.`,
    );
  }
  const begun = command.type === 'PutRollingAutoIndex' ? [definition.Name] : [];
  const ended = command.type === 'PutRollingAutoIndex' ? [] : [definition.Name];
  writeRecord(
    context.state,
    {
      ...withRolling(context, record, begun, ended),
      AutoIndexes: { ...indexes, [definition.Name]: definition },
    },
    context.index,
  );
  return null;
}

/** Names compare without case: the stored spelling gives way to the new one. Locked ones stay as they are. */
export function putIndexes(
  context: ApplyContext,
  command: PutIndexes | PutRollingIndexes | PutRecordedIndexes,
): null {
  const { name, definitions } = command;
  const rolling = new Set(command.type === 'PutIndexes' ? [] : command.rolling);
  const changed: string[] = [];
  const put: PutDefinition[] = [];
  const { record } = requireRecord(context.state, name);
  const indexes = new Map(
    Object.values((record.Indexes ?? {}) as Readonly<Record<string, NamedIndex>>).map((one) => [
      one.Name.toLowerCase(),
      one,
    ]),
  );
  for (const definition of definitions) {
    const key = definition.Name.toLowerCase();
    const known = indexes.get(key);
    if (known?.LockMode === 'LockedIgnore') continue;
    if (known?.LockMode === 'LockedError') {
      throw new ClusterOperationError(`Cannot edit the index '${known.Name}': its lock mode is LockedError.`);
    }
    if (!isSameIndex(known, definition)) changed.push(definition.Name);
    const written = withOutputIndex(definition, known, context.index);
    if (!isEqual(known, written)) put.push({ definition: written, isNew: known === undefined });
    indexes.set(key, written);
  }
  if (indexes.size > STATIC_INDEXES_MAX) {
    throw new ClusterOperationError(`A database may have ${STATIC_INDEXES_MAX} static indexes.`);
  }
  const begun = changed.filter((index) => rolling.has(index));
  const ended = definitions.map(({ Name }) => Name).filter((index) => !rolling.has(index));
  const rolled = withRolling(context, record, begun, ended);
  const after =
    command.type === 'PutRecordedIndexes' && put.length > 0
      ? { ...rolled, IndexesHistory: historyAfter(indexesHistory(record), put, command.source, context) }
      : rolled;
  return write(context, after, indexes.values(), after !== record);
}

/**
 * An index that writes documents of its groups gets a number, which their ids hold: whatever changes what it writes
 * gets another one, so that the documents of both can stand beside each other until one has taken the other's place.
 */
function withOutputIndex(definition: NamedIndex, known: NamedIndex | undefined, index: number): NamedIndex {
  if (typeof definition.OutputReduceToCollection !== 'string') return definition;
  const isSame = isSameIndex(known, definition);
  return { ...definition, ReduceOutputIndex: isSame ? known?.ReduceOutputIndex : index };
}

/** Nothing is made anew for what has changed. */
function isSameIndex(known: NamedIndex | undefined, definition: NamedIndex): boolean {
  return known !== undefined && MAKING.every((member) => isEqual(known[member], definition[member]));
}

const MAKING = [
  'Maps',
  'Reduce',
  'Fields',
  'AdditionalSources',
  'OutputReduceToCollection',
  'PatternForOutputReduceToCollectionReferences',
  'PatternReferencesCollectionName',
];

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

export function editIndexes(context: ApplyContext, { name, indexes, members }: EditIndexes): null {
  const { record } = requireRecord(context.state, name);
  const edited = new Set(indexes.map((index) => index.toLowerCase()));
  const edit = (all: unknown): readonly NamedIndex[] =>
    Object.values((all ?? {}) as Readonly<Record<string, NamedIndex>>).map((one) =>
      edited.has(one.Name.toLowerCase()) ? { ...one, ...members } : one,
    );
  const auto = byName(edit(record.AutoIndexes));
  const isSame = JSON.stringify(auto) === JSON.stringify(record.AutoIndexes ?? {});
  return write(context, isSame ? record : { ...record, AutoIndexes: auto }, edit(record.Indexes), !isSame);
}

interface NamedIndex {
  readonly Name: string;
  readonly LockMode?: unknown;
  readonly [member: string]: unknown;
}

function write(
  context: ApplyContext,
  record: DatabaseRecord,
  indexes: Iterable<NamedIndex>,
  isChanged = false,
): null {
  const written = byName([...indexes]);
  if (!isChanged && JSON.stringify(written) === JSON.stringify(record.Indexes ?? {})) return null;
  writeRecord(context.state, { ...record, Indexes: written }, context.index);
  return null;
}

function byName(indexes: readonly NamedIndex[]): Readonly<Record<string, NamedIndex>> {
  return Object.fromEntries(indexes.map((one) => [one.Name, one]));
}

export function deleteIndexes(context: ApplyContext, { name, indexes }: DeleteIndexes): null {
  const { record } = requireRecord(context.state, name);
  const history = indexesHistory(record);
  const gone = new Set(indexes.map((index) => index.toLowerCase()));
  const left = (all: unknown): Indexes =>
    Object.fromEntries(
      Object.entries((all ?? {}) as Indexes).filter(([index]) => !gone.has(index.toLowerCase())),
    );
  writeRecord(
    context.state,
    {
      ...withRolling(context, record, [], indexes),
      AutoIndexes: left(record.AutoIndexes),
      Indexes: left(record.Indexes),
      ...(Object.keys(history).length === 0 ? {} : { IndexesHistory: historyWithout(history, indexes) }),
    },
    context.index,
  );
  return null;
}
