import type { MicroOperation } from '../checkers/list-append.ts';
import type { Transact } from './append.ts';
import { clusterWideBatch, loadClusterWide } from './cluster-wide.ts';
import { type Client, failed, written } from './workload.ts';

interface Loaded {
  readonly changeVector: string;
  list: readonly number[];
  isChanged: boolean;
}

/**
 * Lists in documents, by cluster-wide transactions whose loads go to any nodes. `checksReads`: what is only read is checked when
 * the transaction is saved, and transactions that only read are saved.
 */
export function clusterTransactions(checksReads: boolean): Transact {
  return async (client, asked) => {
    const session = new Map<string, Loaded>();
    const done: MicroOperation[] = [];
    for (const operation of asked) {
      const [f, key, element] = operation;
      const loaded = session.get(key) ?? (await load(client, key));
      if ('error' in loaded) return failed(loaded);
      session.set(key, loaded);
      if (f === 'append') {
        loaded.list = [...loaded.list, element];
        loaded.isChanged = true;
        done.push(operation);
      } else done.push(['r', key, loaded.list]);
    }
    const entries = [...session];
    const writes = entries
      .filter(([, { isChanged }]) => isChanged)
      .map(([id, { list, changeVector }]) => ({ id, content: { Elements: list }, changeVector }));
    if (writes.length === 0 && !checksReads) return { type: 'ok', value: done };
    const reads = entries
      .filter(([, { isChanged }]) => !isChanged)
      .map(([id, { changeVector }]) => [id, changeVector] as const);
    const batch = clusterWideBatch(writes, checksReads ? Object.fromEntries(reads) : {});
    return written(await client.site.askUntilKnown(client.random, batch), done);
  };
}

async function load(client: Client, key: string) {
  const found = await loadClusterWide(client, [key]);
  if ('error' in found) return found;
  const [document = null] = found.documents;
  const list = (document?.content.Elements ?? []) as readonly number[];
  return { list, changeVector: document?.changeVector ?? '', isChanged: false };
}
