import { requestJson } from '../../processes/harness/http-json.ts';
import { errorName, OfficialClient } from './official-client.ts';
import { type Client, failed, untilRead, type Workload } from './workload.ts';

/** What one session saves together. */
const PARTS = ['a', 'b'] as const;

export const SESSION_PARTS = PARTS.length;

const READ_TIMEOUT_MS = 60_000;

/**
 * Ordinary sessions of the official client, with optimistic concurrency: each saves two new documents, and later ones load
 * both in one request. In the end they are read from every member.
 */
export function sessionWorkload(name: string): Workload {
  const official = new OfficialClient();
  const idOf = (element: number, part: string) => `${name}/${element}/${part}`;
  let elements = 0;

  const add = (client: Client) => {
    const value = ++elements;
    return client.perform({ f: 'add', value }, async () => {
      const session = official.session();
      session.advanced.useOptimisticConcurrency = true;
      for (const part of PARTS) await session.store({ element: value, part }, idOf(value, part));
      return official.save(session);
    });
  };

  const look = (client: Client) => {
    const element = client.random.between(1, elements);
    return client.perform({ f: 'look', value: element }, async () => {
      const session = official.session();
      const ids = PARTS.map((part) => idOf(element, part));
      try {
        const found = await session.load(ids);
        return { type: 'ok', value: PARTS.filter((part) => found[idOf(element, part)] != null) };
      } catch (error) {
        return failed({ error: errorName(error), node: '' });
      }
    });
  };

  return {
    name,
    clients: 3,
    setUp: async ({ site }) => official.open(site),
    step: async (client) => {
      if (elements > 0 && client.random.chance(0.3)) await look(client);
      else await add(client);
    },
    finish: async (client) => {
      for (const { url } of client.site.members) {
        await untilRead(`a read of all of ${name}`, () =>
          client.perform({ f: 'read', value: null }, async () => ({
            type: 'ok',
            value: await readAll(`${url}/databases/${client.site.database}`, name),
            node: url,
          })),
        );
      }
    },
    close: official.close,
  };
}

/** `7/a`: element and part of every document there is. */
async function readAll(base: string, name: string): Promise<readonly string[]> {
  const prefix = `${name}/`;
  const { Results } = await requestJson<{
    readonly Results: readonly { readonly '@metadata': { readonly '@id': string } }[];
  }>('GET', `${base}/streams/docs?startsWith=${encodeURIComponent(prefix)}`, { timeoutMs: READ_TIMEOUT_MS });
  return Results.map((document) => document['@metadata']['@id'].slice(prefix.length));
}
