import { describe, expect, it } from 'vitest';
import type { StaticIndexDefinition } from '../../node/indexing/definitions/index-definition.ts';
import { LocalIndexes } from '../../node/indexing/local/local-indexes.ts';
import { staticIndexSpec } from '../../node/indexing/static/static-index-spec.ts';
import type { WriteOptions } from '../../node/storage/batch-writer.ts';
import { InlineWriter } from '../../node/storage/inline-writer.ts';
import { definitionOf, type IndexedDatabase } from './indexed-database.ts';
import { IndexedDatabases } from './indexed-databases.ts';

const databases = new IndexedDatabases();

/** Counts the writes that are synced. */
class SyncCounter extends InlineWriter {
  syncs = 0;

  override write(environment: number, frame: Uint8Array<ArrayBuffer>, options: WriteOptions): Promise<void> {
    if (options.sync) this.syncs++;
    return super.write(environment, frame, options);
  }
}

const BEFORE = definitionOf('Names', "map('Docs', (d) => ({ name: d.name }))");
const LAST = definitionOf('Names', "map('Docs', (d) => ({ name: d.name + '?' }))");
const AFTER = definitionOf('Names', "map('Docs', (d) => ({ name: d.name + '!' }))");

async function withIndex(
  definition: StaticIndexDefinition,
  body: (indexed: IndexedDatabase) => Promise<void>,
): Promise<void> {
  await databases.use([definition], async (indexed) => {
    await indexed.put('docs/1', 'Docs', { name: 'one' });
    await indexed.catchUp();
    await body(indexed);
  });
}

const names = (indexed: IndexedDatabase, index = 'Names') =>
  indexed.entries(index).map((row) => (JSON.parse(row) as [string, { name: string[] }])[1].name[0]);

describe('an index that is reset', () => {
  it('in its place is empty until it has caught up', async () => {
    await withIndex(BEFORE, async (indexed) => {
      await indexed.indexes.reset('Names');
      expect(names(indexed)).toEqual([]);
      await indexed.catchUp();
      expect(names(indexed)).toEqual(['one']);
    });
  });

  it('side by side answers until the new one has caught up, whatever is defined meanwhile, and after a restart', async () => {
    await withIndex(BEFORE, async (indexed) => {
      const { number } = indexed.index('Names').state;
      await indexed.indexes.reset('NAMES', true);
      await indexed.define([BEFORE]);
      expect(names(indexed)).toEqual(['one']);
      expect(names(indexed, 'ReplacementOf/Names')).toEqual([]);
      await (await indexed.remember())();
      expect(indexed.index('Names').state.number).toBe(number);
      expect(names(indexed, 'ReplacementOf/Names')).toEqual([]);
      await indexed.catchUp();
      await indexed.indexes.replace();
      expect(names(indexed)).toEqual(['one']);
      expect(indexed.index('Names').state.number).not.toBe(number);
      expect(indexed.indexes.replacements).toEqual([]);
    });
  });

  it('side by side and then changed is replaced by what it was changed to', async () => {
    await withIndex(BEFORE, async (indexed) => {
      await indexed.indexes.reset('Names', true);
      await indexed.define([AFTER]);
      await indexed.catchUp();
      await indexed.indexes.replace();
      expect(names(indexed)).toEqual(['one!']);
    });
  });
});

describe('an index that an earlier version made', () => {
  it('is made anew, whatever it was', async () => {
    const counts = definitionOf('Counts', "map('Docs', (d) => ({ name: d.name, count: 1 }))", {
      Reduce:
        'groupBy((d) => d.name).aggregate((g) => ({ name: g.key, count: g.values.reduce((sum, d) => sum + d.count, 0) }))',
    });
    await databases.use([BEFORE, counts], async (indexed) => {
      for (const n of [1, 2]) await indexed.put(`docs/${n}`, 'Docs', { name: 'one' });
      await indexed.catchUp();
      const before = indexed.entries('Counts');
      const numberOf = (name: string) => indexed.index(name).state.number;
      const [names, groups] = [numberOf('Names'), numberOf('Counts')];
      await indexed.forgetLayout();
      expect(numberOf('Names')).not.toBe(names);
      expect(numberOf('Counts')).not.toBe(groups);
      expect(indexed.entries('Counts')).toEqual([]);
      await indexed.catchUp();
      expect(indexed.entries('Counts')).toEqual(before);
    });
  });
});

describe('an index that is gone', () => {
  it('is not seen through one that comes after a restart', async () => {
    await withIndex(BEFORE, async (indexed) => {
      const ids = Array.from({ length: 50 }, (_, n) => `docs/${n}`);
      for (const id of ids) await indexed.put(id, 'Docs', { name: id });
      await indexed.catchUp();
      // From the log into files, where what is deleted stays for a while.
      await indexed.restart([BEFORE]);
      await indexed.define([]);
      while (await indexed.indexes.sweep());
      for (const id of ids) await indexed.delete(id);
      await indexed.restart([]);
      await indexed.define([BEFORE]);
      expect([...indexed.index('Names').reader.allEntries()]).toEqual([]);
      await indexed.put('docs/new', 'Docs', { name: 'new' });
      await indexed.catchUp();
      expect(names(indexed)).toEqual(['new']);
    });
  });
});

describe('how far indexes are', () => {
  it('is durable before deletions that they have followed may go', async () => {
    await withIndex(BEFORE, async (indexed) => {
      const path = databases.newFolder();
      const counter = new SyncCounter();
      const indexes = await LocalIndexes.open({
        path,
        durable: true,
        writer: counter,
        documents: indexed.documents,
        outputs: async () => [],
        values: async () => new Map(),
        recall: () => undefined,
      });
      await indexes.define([staticIndexSpec(BEFORE, databases.scripts)]);
      expect(await indexes.settle()).toBe(0);
      while (await indexes.find('Names')?.indexSome());
      const synced = counter.syncs;
      expect(await indexes.settle()).toBe(indexed.database.lastEtag);
      expect(counter.syncs).toBe(synced + 1);
      await indexes.close();
    });
  });
});

describe('deletions', () => {
  it('are not kept for an index whose collection they are not of, however long ago that has changed', async () => {
    await withIndex(BEFORE, async (indexed) => {
      await indexed.put('others/1', 'Others', {});
      await indexed.delete('others/1');
      expect(await indexed.indexes.settle()).toBe(indexed.database.lastEtag);
      await indexed.delete('docs/1');
      const followed = indexed.database.lastEtag - 1;
      await indexed.put('others/2', 'Others', {});
      expect(await indexed.indexes.settle()).toBeLessThanOrEqual(followed);
      await indexed.catchUp();
      expect(await indexed.indexes.settle()).toBe(indexed.database.lastEtag);
    });
  });
});

describe('an index that is tried out', () => {
  it("goes on whatever is defined meanwhile, is nobody else's, and is gone even when it fails", async () => {
    await withIndex(BEFORE, async (indexed) => {
      const spec = { ...staticIndexSpec(AFTER, databases.scripts), name: '<TestIndexName>' };
      const tried = indexed.indexes.withTrial(spec, async (index) => {
        await index.indexSome();
        await indexed.define([BEFORE]);
        while (await indexed.indexes.sweep());
        expect(index.reader.allEntries()).toHaveLength(1);
        expect(indexed.indexes.find(spec.name)).toBeUndefined();
        throw new Error('enough');
      });
      await expect(tried).rejects.toThrow('enough');
      await (await indexed.remember())();
      expect(indexed.indexes.all.map((index) => index.spec.name)).toEqual(['Names']);
      expect(names(indexed)).toEqual(['one']);
    });
  });
});

describe('the replacement of an index', () => {
  it('may be put in its place before it has caught up', async () => {
    await withIndex(BEFORE, async (indexed) => {
      expect(await indexed.indexes.replaceNow('Names')).toBe(false);
      await indexed.define([AFTER]);
      expect(await indexed.indexes.replaceNow('names')).toBe(true);
      expect(names(indexed)).toEqual([]);
      await indexed.catchUp();
      expect(names(indexed)).toEqual(['one!']);
    });
  });

  it('leaves the answers to the old index until it has caught up, over restarts, and to no other in between', async () => {
    await withIndex(BEFORE, async (indexed) => {
      await indexed.define([AFTER]);
      await indexed.restart([AFTER]);
      expect(names(indexed)).toEqual(['one']);
      expect(names(indexed, 'ReplacementOf/Names')).toEqual([]);
      await indexed.restart([LAST]);
      await indexed.put('docs/2', 'Docs', { name: 'two' });
      await indexed.catchUp();
      expect(names(indexed)).toEqual(['one', 'two']);
      expect(names(indexed, 'ReplacementOf/Names')).toEqual(['one?', 'two?']);
      await indexed.restart([LAST]);
      await indexed.indexes.replace();
      expect(names(indexed)).toEqual(['one?', 'two?']);
      await indexed.restart([LAST]);
      expect(names(indexed)).toEqual(['one?', 'two?']);
      expect(indexed.indexes.replacements).toEqual([]);
    });
  });

  it('goes in a restart when the definition is again what it was', async () => {
    await withIndex(BEFORE, async (indexed) => {
      await indexed.define([AFTER]);
      await indexed.restart([BEFORE]);
      expect(indexed.indexes.replacements).toEqual([]);
      expect(names(indexed)).toEqual(['one']);
    });
  });

  it('goes when the definition is again what it was', async () => {
    await withIndex(BEFORE, async (indexed) => {
      await indexed.define([AFTER]);
      expect(indexed.indexes.replacements).toHaveLength(1);
      await indexed.define([BEFORE]);
      expect(indexed.indexes.replacements).toEqual([]);
      expect(names(indexed)).toEqual(['one']);
    });
  });
});
