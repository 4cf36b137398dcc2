import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defineCommand } from '../../node/documents/command.ts';
import { cleanTombstones } from '../../node/documents/commands/clean-tombstones.ts';
import { writeDocument } from '../../node/documents/document-writer.ts';
import type { StoredDocument } from '../../node/documents/stored-document.ts';
import { FOLLOWED_WRITES_MAX } from '../../node/indexing/limits.ts';
import { ScriptEngine } from '../../node/scripting/script-engine.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { IndexedDatabase } from './indexed-database.ts';

const IDS = ['users/1', 'Users/2', 'users/3', 'users/4'];

/** Two versions of which none includes the other, as replication brings them. */
const conflict = defineCommand('Conflict', (transaction, { id }: { readonly id: string }) => {
  const versions = ['B', 'C'].map((tag, at) => ({
    id,
    changeVector: `${tag}:${Date.now() + at}-AAAAAAAAAAAAAAAAAAAAA${tag}`,
    collection: 'Users',
    flags: 0,
    lastModified: 1n,
    content: { metadata: Buffer.from('{}'), body: Buffer.from(`{"of":"${tag}"}`) },
  }));
  transaction.storeConflict(versions);
});

let folder: string;
let writer: StorageWriter;
let scripts: ScriptEngine;
let database: IndexedDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ravencluster-shown-'));
  writer = new StorageWriter();
  scripts = new ScriptEngine();
  database = await IndexedDatabase.open({ folder, writer, scripts, definitions: [] });
});
afterEach(async () => {
  await database.close();
  await writer.stop();
  await rm(folder, { recursive: true, force: true });
});

const put = (id: string, name: string) => database.put(id, 'Users', { name });
const facts = <Document extends StoredDocument>(
  found: readonly (Document | undefined)[],
  written: (document: Document) => Buffer,
) =>
  found.map((document) => [document?.etag, document?.id, document && written(document).toString()] as const);
const shown = () => facts(database.documents.shown.getMany(IDS), (document) => document.written);
const stored = () => facts(database.documents.reader.getMany(IDS), (document) => writeDocument(document));

it('shows what is stored, whatever was written, deleted, in conflict or cleaned up since it was shown', async () => {
  const id = fc.constantFrom(...IDS);
  const step = fc.oneof(
    fc.tuple(fc.constant('put'), id),
    fc.tuple(fc.constant('delete'), id),
    fc.tuple(fc.constant('conflict'), id),
    fc.tuple(fc.constant('clean'), id),
    fc.tuple(fc.constant('show'), id),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      for (const [n, [what, of]] of steps.entries()) {
        if (what === 'put') await put(of, `${of} ${n}`);
        else if (what === 'delete') await database.delete(of);
        else if (what === 'conflict') await database.database.execute(conflict, { id: of });
        else if (what === 'clean')
          await database.database.execute(cleanTombstones, { upToEtag: Number.MAX_SAFE_INTEGER });
        else expect(shown()).toEqual(stored());
      }
      expect(shown()).toEqual(stored());
    }),
    { numRuns: 60 },
  );
});

it('notices a deletion whose tombstone is gone by the time that anybody looks', async () => {
  await put('users/1', 'one');
  expect(shown()).toEqual(stored());
  await database.delete('users/1');
  await database.database.execute(cleanTombstones, { upToEtag: Number.MAX_SAFE_INTEGER });
  expect(shown()).toEqual(stored());
  expect(stored()[0]).toEqual([undefined, undefined, undefined]);
});

it('notices one write among more than it looks through', async () => {
  await put('users/1', 'one');
  shown();
  for (let n = 0; n <= FOLLOWED_WRITES_MAX; n++) await put(`others/${n}`, 'x');
  await put('users/1', 'two');
  expect(shown()).toEqual(stored());
});

it('keeps what was not written', async () => {
  await put('users/1', 'one');
  const [before] = database.documents.shown.getMany(['USERS/1']);
  await put('users/3', 'three');
  const [after] = database.documents.shown.getMany(['users/1']);
  expect(after).toBe(before);
});
