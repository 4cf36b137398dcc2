import type { Question } from './ask.ts';
import { type Client, failed, type Outcome, untilRead, type Workload, written } from './workload.ts';

/** Ids read in one request. */
const PAGE_SIZE = 10_000;
const MAJORITY_WAIT = '00:00:02';

/** Plain documents, written to any member: each that was acknowledged must be on every member in the end. */
export function setWorkload(): Workload {
  return collect('set', (id, content) => ({
    method: 'PUT',
    path: `/docs?id=${encodeURIComponent(id)}`,
    body: content,
  }));
}

/** As setWorkload, acknowledged when a majority of the group has it: then it survives a disk of the minority, too. */
export function majorityWorkload(): Workload {
  const query = `waitForReplicasTimeout=${MAJORITY_WAIT}&numberOfReplicasToWaitFor=majority`;
  return collect('majority', (Id, Document) => ({
    method: 'POST',
    path: `/bulk_docs?${query}`,
    body: { Commands: [{ Type: 'PUT', Id, ChangeVector: null, Document }] },
  }));
}

function collect(name: string, putting: (id: string, content: object) => Question): Workload {
  let elements = 0;
  return {
    name,
    clients: 3,
    step: async (client) => {
      const value = ++elements;
      await client.perform({ f: 'add', value }, async () => {
        const content = { N: value, '@metadata': { '@collection': 'Elements' } };
        return written(await client.site.ask(client.random, putting(`${name}/${value}`, content)));
      });
    },
    finish: async (client) => {
      for (const member of client.site.members) {
        await untilRead(`a read of all of ${name}`, () => readAll(client, name, member.url));
      }
    },
  };
}

function readAll(client: Client, name: string, url: string): Promise<Outcome> {
  return client.perform({ f: 'read', value: null }, async () => {
    const value: number[] = [];
    for (let startAfter = ''; ; ) {
      const after = startAfter === '' ? '' : `&startAfter=${encodeURIComponent(startAfter)}`;
      const path = `/docs?startsWith=${encodeURIComponent(`${name}/`)}&pageSize=${PAGE_SIZE}${after}`;
      const reply = await client.site.ask(client.random, { method: 'GET', path }, url);
      if (reply.type !== 'ok') return failed(reply);
      const { Results } = JSON.parse(reply.text) as {
        readonly Results: readonly { readonly N: number; readonly '@metadata': { readonly '@id': string } }[];
      };
      value.push(...Results.map(({ N }) => N));
      startAfter = Results.at(-1)?.['@metadata']['@id'] ?? '';
      if (Results.length < PAGE_SIZE) return { type: 'ok', value, node: url };
    }
  });
}
