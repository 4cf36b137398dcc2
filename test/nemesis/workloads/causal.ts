import { clusterWideBatch } from './cluster-wide.ts';
import { type Client, failed, type Workload, written } from './workload.ts';

interface CausalSession {
  readonly key: string;
  readonly process: number;
  wrote: number;
  /** Raft index of the last write that was acknowledged. */
  knownIndex: number;
}

/**
 * Each client writes a growing number by a cluster-wide transaction on one node and reads it on others, telling them the
 * index that it knows of.
 */
export function causalWorkload(): Workload {
  const sessions = new Map<Client, CausalSession>();
  return {
    name: 'causal',
    clients: 3,
    step: async (client) => {
      let session = sessions.get(client);
      // Nobody knows how its last write ended: it could take effect after later ones.
      if (session === undefined || session.process !== client.process) {
        const { process } = client;
        session = { key: `causal/${process}`, process, wrote: 0, knownIndex: 0 };
        sessions.set(client, session);
      }
      await write(client, session);
      for (let reads = client.random.between(1, 3); reads > 0; reads--) await read(client, session);
    },
  };
}

async function write(client: Client, session: CausalSession): Promise<void> {
  const { key } = session;
  const value = ++session.wrote;
  await client.perform({ f: 'write', value, key }, async () => {
    const batch = clusterWideBatch([{ id: key, content: { N: value }, changeVector: '' }]);
    // One writer for each: there is nobody to guard against.
    const question = { ...batch, path: `${batch.path}&disableAtomicDocumentWrites=true` };
    const reply = await client.site.askUntilKnown(client.random, question);
    if (reply.type === 'ok') {
      session.knownIndex = (JSON.parse(reply.text) as { readonly TransactionIndex: number }).TransactionIndex;
    }
    return written(reply);
  });
}

async function read(client: Client, { key, knownIndex }: CausalSession): Promise<void> {
  await client.perform({ f: 'read', value: null, key }, async () => {
    const reply = await client.site.ask(client.random, {
      method: 'GET',
      path: `/docs?id=${encodeURIComponent(key)}&id=none`,
      headers: { 'Known-Raft-Index': String(knownIndex) },
    });
    if (reply.type !== 'ok') return failed(reply);
    const [found = null] = (
      JSON.parse(reply.text) as { readonly Results: readonly ({ readonly N: number } | null)[] }
    ).Results;
    return { type: 'ok', value: found?.N ?? 0, node: reply.node };
  });
}
