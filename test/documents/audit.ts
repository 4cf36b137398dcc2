import { join } from 'node:path';
import { expect } from 'vitest';
import {
  COLLECTIONS,
  CONFLICTS,
  DATABASE_COLUMNS,
  DOCUMENTS,
  ETAGS,
  REVISIONS,
  TOMBSTONES,
  TOMBSTONES_BY_COLLECTION,
} from '../../node/documents/columns.ts';
import { type CollectionStatistics, loadFigures } from '../../node/documents/database-state.ts';
import { COLUMN_OF_KIND } from '../../node/documents/document-reader.ts';
import { DurableView } from '../../node/documents/key-value-view.ts';
import {
  decodeEtagRow,
  etagKey,
  etagOfKey,
  namedEtagKey,
  nameOfKey,
} from '../../node/documents/storage-keys.ts';
import { decodeVersion } from '../../node/documents/stored-document.ts';
import { StorageEnvironment } from '../../node/storage/storage-environment.ts';
import type { StorageWriter } from '../../node/storage/storage-writer.ts';

type Found = { -readonly [Figure in keyof CollectionStatistics]: CollectionStatistics[Figure] };

/**
 * Reads the whole storage of a closed database and checks that nothing is torn: each item has its rows in the indexes
 * and each row its item, etags are unique and below the last one, and all counts are what a scan finds.
 */
export async function auditStorage(folder: string, writer: StorageWriter, name = 'shop'): Promise<void> {
  const environment = await StorageEnvironment.open({
    path: join(folder, name),
    columns: DATABASE_COLUMNS,
    writer,
  });
  try {
    auditEnvironment(environment);
  } finally {
    await environment.close();
  }
}

function auditEnvironment(environment: StorageEnvironment): void {
  const figures = loadFigures(new DurableView(environment));
  const inCollection = (lower: string): Found => {
    const collection = found.get(lower) ?? {
      name: lower,
      documents: 0,
      tombstones: 0,
      moves: 0,
      lastEtag: 0,
    };
    found.set(lower, collection);
    return collection;
  };
  const rows = (column: number) => [...environment.scan(column)];
  const found = new Map<string, Found>();

  const etagRows = rows(ETAGS).map(([key, value]) => ({ etag: etagOfKey(key), ...decodeEtagRow(value) }));
  for (const { etag, kind, key, transaction } of etagRows) {
    const value = environment.get(COLUMN_OF_KIND[kind], key);
    if (value === undefined) throw new Error(`Etag ${etag} belongs to a ${kind} that is not there.`);
    const version = decodeVersion(value);
    expect(version.etag).toBe(etag);
    expect(transaction).toBeLessThanOrEqual(etag);
    expect(etag).toBeLessThanOrEqual(figures.lastEtag);
    if (kind !== 'document' && kind !== 'tombstone') continue;
    const lower = version.collection.toLowerCase();
    const index = kind === 'document' ? COLLECTIONS : TOMBSTONES_BY_COLLECTION;
    expect(environment.get(index, namedEtagKey(lower, etag))?.equals(key)).toBe(true);
    const collection = inCollection(lower);
    collection[kind === 'document' ? 'documents' : 'tombstones']++;
    collection.lastEtag = Math.max(collection.lastEtag, etag);
  }
  const itemColumns = [DOCUMENTS, TOMBSTONES, REVISIONS, CONFLICTS];
  for (const [, value] of itemColumns.flatMap(rows)) {
    expect(environment.get(ETAGS, etagKey(decodeVersion(value).etag))).toBeDefined();
  }
  const [documents, tombstones, revisions, conflicts] = itemColumns.map((column) => rows(column).length);
  expect(rows(COLLECTIONS)).toHaveLength(documents ?? 0);
  for (const [key, lowerId] of rows(TOMBSTONES_BY_COLLECTION)) {
    const [lower, etag] = [nameOfKey(key), etagOfKey(key)];
    const value = environment.get(TOMBSTONES, lowerId);
    const tombstone = value === undefined ? undefined : decodeVersion(value);
    expect(etag).toBeLessThanOrEqual(figures.lastEtag);
    if (tombstone?.etag === etag && tombstone.collection.toLowerCase() === lower) continue;
    const collection = inCollection(lower);
    collection.moves++;
    collection.lastEtag = Math.max(collection.lastEtag, etag);
  }
  expect(figures.counts).toMatchObject({ documents, tombstones, revisions, conflicts });
  for (const [lower, collection] of figures.collections) {
    expectSame(collection, found.get(lower));
    found.delete(lower);
  }
  expect([...found.keys()]).toEqual([]);
}

function expectSame(known: CollectionStatistics, scanned: CollectionStatistics | undefined): void {
  const { documents = 0, tombstones = 0, moves = 0 } = scanned ?? {};
  expect([known.documents, known.tombstones, known.moves]).toEqual([documents, tombstones, moves]);
  expect(known.lastEtag).toBeGreaterThanOrEqual(scanned?.lastEtag ?? 0);
}
