import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { StaticIndexDefinition } from '../../node/indexing/definitions/index-definition.ts';
import { ScriptEngine } from '../../node/scripting/script-engine.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { IndexedDatabase } from './indexed-database.ts';

/** Databases with indexes, each in a folder of its own, for the tests of one file. */
export class IndexedDatabases {
  readonly scripts = new ScriptEngine();
  #folder = '';
  #writer: StorageWriter | undefined;
  #count = 0;

  /** To be made outside of all tests: begins before the first and ends after the last. */
  constructor() {
    beforeAll(async () => {
      this.#folder = await mkdtemp(join(tmpdir(), 'ravencluster-indexing-'));
      this.#writer = new StorageWriter();
    });
    afterAll(async () => {
      this.scripts.dispose();
      await this.#writer?.stop();
      await rm(this.#folder, { recursive: true, force: true });
    });
  }

  get writer(): StorageWriter {
    if (this.#writer === undefined) throw new Error('The tests have not begun.');
    return this.#writer;
  }

  newFolder(): string {
    return join(this.#folder, String(this.#count++));
  }

  open(definitions: readonly StaticIndexDefinition[]): Promise<IndexedDatabase> {
    const { writer, scripts } = this;
    return IndexedDatabase.open({ folder: this.newFolder(), writer, scripts, definitions });
  }

  /** Opens one for as long as `body` takes. */
  async use(
    definitions: readonly StaticIndexDefinition[],
    body: (indexed: IndexedDatabase) => Promise<void>,
  ): Promise<void> {
    const indexed = await this.open(definitions);
    try {
      await body(indexed);
    } finally {
      await indexed.close();
    }
  }
}
