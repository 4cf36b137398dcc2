import { defineCommand } from '../../node/documents/command.ts';
import { bulkInsert } from '../../node/documents/commands/bulk-insert.ts';
import { deleteDocument } from '../../node/documents/commands/delete-document.ts';
import { putDocument } from '../../node/documents/commands/put-document.ts';
import { Database } from '../../node/documents/database.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';
import { documentOf } from './temporary-database.ts';

/**
 * Writes until it is killed and says on its output what was acknowledged, a line each: `id n etag` (n is `-` for a
 * deletion), lines of one transaction joined by `;`. Each writer has ids of its own and goes on from `round`.
 */
const [path = '', round = '0'] = process.argv.slice(2);
const WRITERS = 24;

const database = await Database.open({
  name: 'shop',
  nodeTag: 'A',
  path,
  writer: new StorageWriter(),
  logger: silentLogger,
});
const lastEtag = defineCommand('TestLastEtag', (transaction) => transaction.lastEtag);

async function write(writer: number): Promise<void> {
  for (let n = Number(round) * 1_000_000; ; n++) {
    const id = `writer/${writer}/${n % 7}`;
    const kind = (n + writer) % 10;
    if (kind === 0) {
      await database.execute(deleteDocument, { id, expectedChangeVector: null });
      say([`${id} - 0`]);
    } else if (kind === 1) {
      const ids = [0, 1, 2, 3].map((part) => `writer/${writer}/pair-${part}`);
      const document = documentOf({ n }, 'Pairs');
      const items = ids.map((one) => ({ id: one, document }));
      await database.execute(bulkInsert, { items, skipOverwriteIfUnchanged: false });
      say(ids.map((one) => `${one} ${n} 0`));
    } else {
      const document = documentOf({ n, padding: 'x'.repeat((n * 37) % 900) }, 'Users');
      const { etag } = await database.execute(putDocument, { id, expectedChangeVector: null, document });
      say([`${id} ${n} ${etag}`]);
    }
  }
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join(';')}\n`);
}

process.stdout.write(`opened ${await database.execute(lastEtag, null)}\n`);
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
