import type { CommandDefinition } from '../documents/command.ts';
import { DocumentFlag } from '../documents/document-flags.ts';
import type { DocumentReader, EtagItem } from '../documents/document-reader.ts';
import type { SourceItem } from './batch-collector.ts';
import { MERGED_TWIN } from './document-version.ts';
import type { StreamSource } from './outgoing-stream.ts';
import type { ReplicatedItem } from './replicated-item.ts';

/** What replication needs of a database; `Database` has it. */
export interface ReplicatedDatabase {
  readonly name: string;
  readonly id: string;
  readonly nodeTag: string;
  /** Of what is durable: all that it includes is here, or was replaced or deleted here. */
  readonly changeVector: string;
  readonly lastEtag: number;
  statistics(): { readonly tombstones: number };
  execute<Args, Result>(command: CommandDefinition<Args, Result>, args: Args): Promise<Result>;
  read<T>(body: (reader: DocumentReader) => T): T;
  onCommit(listener: (lastEtag: number) => void): () => void;
  holdTombstones(holder: () => number): () => void;
}

const NOTHING = Buffer.alloc(0);

/** The database as a stream reads it. */
export function streamSource(database: ReplicatedDatabase): StreamSource {
  return {
    databaseId: database.id,
    lastEtag: () => database.lastEtag,
    changeVector: () => database.changeVector,
    ownChangeVector: () =>
      database.lastEtag === 0 ? '' : `${database.nodeTag}:${database.lastEtag}-${database.id}`,
    read: (etag, body) => database.read((reader) => body(sourceItems(reader.byEtag({ fromEtag: etag + 1 })))),
  };
}

function* sourceItems(items: Iterable<EtagItem>): Generator<SourceItem> {
  for (const { kind, etag, transaction, version } of items) {
    const isConflictRevision = kind === 'revision' && (version.flags & DocumentFlag.Conflicted) !== 0;
    yield {
      etag,
      transaction,
      changeVector: version.changeVector,
      isMergedTwin: (version.flags & MERGED_TWIN) !== 0,
      // Both are made here of versions that others may have seen and not kept.
      isAlwaysSent: kind === 'conflict' || isConflictRevision,
      isOwnOnly: (version.flags & DocumentFlag.Artificial) !== 0,
      load: () => replicatedItem(kind, version),
    };
  }
}

function replicatedItem(kind: EtagItem['kind'], version: EtagItem['version']): ReplicatedItem {
  const { id, changeVector, collection, flags, lastModified } = version;
  const item = { id, changeVector, collection, flags, lastModified };
  if (version.kind === 'tombstone') {
    const deletion = kind === 'revision' ? 'deleteRevision' : 'tombstone';
    return { kind: deletion, ...item, metadata: NOTHING, body: NOTHING };
  }
  const written = kind === 'revision' ? 'revision' : 'document';
  return { kind: written, ...item, metadata: version.metadata, body: version.body };
}
