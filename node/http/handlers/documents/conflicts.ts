import { writeDocument } from '../../../documents/document-writer.ts';
import { formatTicks } from '../../../documents/hybrid-clock.ts';
import type { StoredVersion } from '../../../documents/stored-document.ts';
import { intParameter, optionalText } from '../../parameters/parameters.ts';
import { json, jsonBytes } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';

/** Rows of such a list when the client names no page size. */
const PAGE_SIZE = 1024;

/** The versions of one document in conflict, or the documents that are in conflict. */
const conflicts: DatabaseHandler = (request, { loaded }) => {
  const id = optionalText(request, 'docId');
  if (id !== undefined) {
    const versions = loaded.database.read((reader) => reader.getConflicts(id));
    return jsonBytes(200, conflictBody(versions[0]?.id ?? id, versions));
  }
  const start = Math.max(0, intParameter(request, 'start', 0));
  const pageSize = Math.min(PAGE_SIZE, Math.max(0, intParameter(request, 'pageSize', PAGE_SIZE)));
  const rows = loaded.database.read((reader) => {
    const byId = new Map<string, StoredVersion[]>();
    for (const version of reader.conflicts()) {
      const versions = byId.get(version.lowerId);
      if (versions !== undefined) versions.push(version);
      else if (byId.size >= start + pageSize) break;
      else byId.set(version.lowerId, [version]);
    }
    return [...byId.values()].slice(start);
  });
  return json(200, {
    TotalResults: loaded.database.statistics().conflictedDocuments,
    SkippedResults: 0,
    Results: rows.map((versions) => ({
      Id: versions[0]?.id,
      LastModified: shownTime(versions.at(-1)),
      ScannedResults: versions.length,
      ConflictsPerDocument: versions.map((version) => ({
        Id: version.id,
        ChangeVector: version.changeVector,
        LastModified: shownTime(version),
        Etag: version.etag,
        Collection: version.collection,
      })),
    })),
    ContinuationToken: null,
  });
};

function shownTime(version: StoredVersion | undefined): string | null {
  return version === undefined ? null : formatTicks(version.lastModified);
}

/** A version without a document is a deletion. */
function conflictBody(id: string, versions: readonly StoredVersion[]): Buffer {
  const largest = versions.reduce((most, { etag }) => Math.max(most, etag), 0);
  const parts: Buffer[] = [Buffer.from(`{"Id":${JSON.stringify(id)},"LargestEtag":${largest},"Results":[`)];
  versions.forEach((version, at) => {
    const { changeVector } = version;
    const head = `${at > 0 ? ',' : ''}{"LastModified":"${formatTicks(version.lastModified)}","ChangeVector":"${changeVector}","Doc":`;
    const document = version.kind === 'document' ? writeDocument(version) : Buffer.from('null');
    parts.push(Buffer.from(head), document, Buffer.from('}'));
  });
  parts.push(Buffer.from(']}'));
  return Buffer.concat(parts);
}

const tombstones: DatabaseHandler = (request, { loaded }) => {
  const start = Math.max(0, intParameter(request, 'start', 0));
  const pageSize = Math.min(PAGE_SIZE, Math.max(0, intParameter(request, 'pageSize', PAGE_SIZE)));
  const rows = loaded.database.read((reader) => [...reader.tombstones({ start, pageSize })]);
  return json(200, {
    Tombstones: rows.map((tombstone) => ({
      Id: tombstone.id,
      Etag: tombstone.etag,
      DeletedEtag: 0,
      Type: 'Document',
      ChangeVector: tombstone.changeVector,
      LastModified: formatTicks(tombstone.lastModified),
      Collection: tombstone.collection,
    })),
    ContinuationToken: null,
  });
};

export const conflictRoutes = [
  databaseRoute('GET /replication/conflicts', 'Read', conflicts),
  databaseRoute('GET /replication/tombstones', 'Read', tombstones),
];
