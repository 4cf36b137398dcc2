import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../node/documents/command.ts';
import { type BatchCommand, batch } from '../../node/documents/commands/batch.ts';
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import type { Database } from '../../node/documents/database.ts';
import { splitDocument } from '../../node/json/document-json.ts';
import { auditStorage } from './audit.ts';
import { documentOf, TemporaryDatabases } from './temporary-database.ts';

/** One command of a random history; `expects` names the version that the writer believes to overwrite. */
type Step =
  | { readonly kind: 'put'; readonly write: Write }
  | { readonly kind: 'delete'; readonly id: string; readonly expects: 'any' | 'none' | 'stale' }
  | {
      readonly kind: 'batch';
      readonly writes: readonly Write[];
      readonly removes: string;
      readonly isBroken: boolean;
    }
  | { readonly kind: 'bulk'; readonly writes: readonly Write[]; readonly skipUnchanged: boolean }
  | { readonly kind: 'fail'; readonly write: Write }
  | { readonly kind: 'prefix'; readonly prefix: string };
interface Write {
  readonly id: string;
  readonly n: number;
  readonly collection: string;
  readonly expects: 'any' | 'none' | 'stale';
}

const id = fc.constantFrom('a/1', 'A/2', 'a/3', 'b/1', 'B/1', 'ü');
const expects = fc.constantFrom('any', 'any', 'any', 'none', 'stale');
const write: fc.Arbitrary<Write> = fc.record({
  id,
  n: fc.nat({ max: 3 }),
  // Mostly the collection that goes with the id, so that few writes fail for it.
  collection: fc.constantFrom('Users', 'Users', 'Users', 'users', 'People'),
  expects,
});
const writes = fc.array(write, { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put'), write }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), id, expects }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('batch'), writes, removes: id, isBroken: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bulk'), writes, skipUnchanged: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail'), write }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('prefix'), prefix: fc.constantFrom('a/', 'B', 'z') }),
  },
);

interface ModelDocument {
  readonly id: string;
  readonly n: number;
  readonly collection: string;
}

/** What the history should come to: documents by lower-case id, changed by whole commands only. */
class Model {
  documents = new Map<string, ModelDocument>();

  /** Whether the step succeeds; only then it has effects. */
  run(step: Step): boolean {
    const before = this.documents;
    this.documents = new Map(before);
    const succeeds = this.#try(step);
    if (!succeeds) this.documents = before;
    return succeeds;
  }

  #try(step: Step): boolean {
    switch (step.kind) {
      case 'put':
        return this.#put(step.write);
      case 'delete':
        if (!this.#expects(step.id, step.expects)) return false;
        this.documents.delete(step.id.toLowerCase());
        return true;
      case 'batch':
        if (!step.writes.every((one) => this.#put(one))) return false;
        this.documents.delete(step.removes.toLowerCase());
        return !step.isBroken;
      case 'bulk':
        return step.writes.every((one) => this.#bulk(one, step.skipUnchanged));
      case 'fail':
        return false;
      case 'prefix':
        for (const lower of this.documents.keys()) {
          if (lower.startsWith(step.prefix.toLowerCase())) this.documents.delete(lower);
        }
        return true;
    }
  }

  #put({ id, n, collection, expects }: Write): boolean {
    if (expects === 'none' && this.documents.has(id.toLowerCase())) return false;
    if (expects === 'stale') return false;
    const existing = this.documents.get(id.toLowerCase());
    if (existing !== undefined && existing.collection.toLowerCase() !== collection.toLowerCase())
      return false;
    this.documents.set(id.toLowerCase(), { id, n, collection });
    return true;
  }

  #bulk(write: Write, skipUnchanged: boolean): boolean {
    const existing = this.documents.get(write.id.toLowerCase());
    const isUnchanged = existing?.n === write.n && existing.collection === write.collection;
    return (skipUnchanged && isUnchanged) || this.#put({ ...write, expects: 'any' });
  }

  #expects(id: string, expects: Write['expects']): boolean {
    return expects === 'any' || (expects === 'none' && !this.documents.has(id.toLowerCase()));
  }
}

const failing = defineCommand('TestFailing', (transaction, { id, n, collection }: Write) => {
  transaction.deleteDocument(id, null);
  transaction.putDocument(id, splitDocument(documentOf({ n }, collection)), null);
  throw new Error('asked to fail');
});

const STALE = 'A:0-0000000000000000000000';
const vectorOf = (expects: Write['expects']) => ({ any: null, none: '', stale: STALE })[expects];

function execute(database: Database, step: Step): Promise<unknown> {
  switch (step.kind) {
    case 'put':
      return database.execute(putDocument, {
        id: step.write.id,
        expectedChangeVector: vectorOf(step.write.expects),
        document: documentOf({ n: step.write.n }, step.write.collection),
      });
    case 'delete':
      return database.execute(deleteDocument, { id: step.id, expectedChangeVector: vectorOf(step.expects) });
    case 'batch': {
      const puts = step.writes.map(
        ({ id, n, collection, expects }): BatchCommand => ({
          type: 'PUT',
          id,
          changeVector: vectorOf(expects),
          document: documentOf({ n }, collection),
        }),
      );
      const end: BatchCommand[] = [{ type: 'DELETE', id: step.removes, changeVector: null }];
      if (step.isBroken) end.push({ type: 'Unsupported', name: 'PATCH' });
      return database.execute(batch, { commands: [...puts, ...end] });
    }
    case 'bulk':
      return database.execute(bulkInsert, {
        items: step.writes.map(({ id, n, collection }) => ({ id, document: documentOf({ n }, collection) })),
        skipOverwriteIfUnchanged: step.skipUnchanged,
      });
    case 'fail':
      return database.execute(failing, step.write);
    case 'prefix':
      return database.execute(batch, {
        commands: [{ type: 'DELETE', id: step.prefix, changeVector: null, isPrefix: true }],
      });
  }
}

function stateOf(database: Database): ModelDocument[] {
  return database.read((reader) =>
    [...reader.startsWith({ prefix: '' })].map(({ id, body, collection }) => ({
      id,
      n: (JSON.parse(body.toString()) as { n: number }).n,
      collection,
    })),
  );
}

describe('a database under random commands, some failing, many in flight at once', () => {
  it('is what a naive model is, and whole, before and after it was opened again', async () => {
    // Steps of one group are issued together: they meet in batches and in batches under way.
    const history = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(history, async (groups) => {
        const databases = await TemporaryDatabases.create();
        try {
          const database = await databases.open();
          const model = new Model();
          for (const group of groups) {
            const expected = group.map((one) => model.run(one));
            const outcomes = await Promise.allSettled(group.map((one) => execute(database, one)));
            expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(expected);
          }
          const wanted = [...model.documents].sort(([a], [b]) =>
            Buffer.compare(Buffer.from(a), Buffer.from(b)),
          );
          expect(stateOf(database)).toEqual(wanted.map(([, document]) => document));
          const statistics = database.statistics();
          await database.close();
          await auditStorage(databases.path, databases.writer);
          const reopened = await databases.open();
          expect(reopened.statistics()).toEqual(statistics);
          expect(stateOf(reopened)).toEqual(wanted.map(([, document]) => document));
        } finally {
          await databases.dispose();
        }
      }),
      { numRuns: 40 },
    );
  });
});
