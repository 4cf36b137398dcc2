import type { Client, Workload } from './workload.ts';
import { failed } from './workload.ts';

const ACTIVE_KEYS = 3;
/** Sets of one key: checking takes longer than in proportion to them. */
const SETS_PER_KEY = 60;

interface Row {
  readonly Index: number;
  readonly Value: { readonly Object: string } | null;
}

/** Compare-exchange values: read through any node, then set from what was seen through any other. */
export function registerWorkload(): Workload {
  let sets = 0;
  let written = 0;
  return {
    name: 'register',
    clients: 4,
    step: async (client) => {
      const generation = Math.floor(sets / (SETS_PER_KEY * ACTIVE_KEYS));
      const key = `registers/${generation}-${client.random.between(1, ACTIVE_KEYS)}`;
      const found = await read(client, key);
      if (found === undefined || client.random.chance(0.3)) return;
      sets++;
      await set(client, key, found, `v${++written}`);
    },
  };
}

/** undefined: no answer. */
async function read(client: Client, key: string): Promise<Row | null | undefined> {
  let found: Row | null | undefined;
  await client.perform({ f: 'read', value: null, key }, async () => {
    // Of a single key that is missing the protocol says 404.
    const reply = await client.site.ask(client.random, {
      method: 'GET',
      path: `/cmpxchg?key=${key}&key=none`,
    });
    if (reply.type !== 'ok') return failed(reply);
    const [row] = (JSON.parse(reply.text) as { readonly Results: readonly Row[] }).Results;
    found = row === undefined || row.Index < 0 ? null : row;
    return { type: 'ok', value: found?.Value?.Object ?? null, node: reply.node };
  });
  return found;
}

async function set(client: Client, key: string, found: Row | null, written: string): Promise<void> {
  const expected = found?.Value?.Object ?? null;
  await client.perform({ f: 'cas', value: [expected, written], key }, async () => {
    const reply = await client.site.ask(client.random, {
      method: 'PUT',
      path: `/cmpxchg?key=${key}&index=${found?.Index ?? 0}`,
      body: { Object: written },
    });
    const { node } = reply;
    if (reply.type !== 'ok')
      return { type: reply.type === 'refused' ? 'fail' : 'info', error: reply.error, node };
    const { Value, Successful } = JSON.parse(reply.text) as Row & { readonly Successful: boolean };
    if (Successful) return { type: 'ok', node };
    return { type: 'fail', error: 'another value', seen: Value?.Object ?? null, node };
  });
}
