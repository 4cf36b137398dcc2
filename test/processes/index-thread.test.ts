import { afterEach, describe, expect, it } from 'vitest';
import { type HttpFailure, requestJson } from './harness/http-json.ts';
import { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';

let node: RavenNode | undefined;
afterEach(() => node?.dispose());

interface Answer {
  readonly Results: readonly { readonly n: number }[];
}

describe('a node whose index thread has no memory left', () => {
  it('answers that it is not available, is unready meanwhile, and answers queries again', async () => {
    node = await RavenNode.start({ settings: ['--Indexing.HeapMaxInMb=64'] });
    const { url } = node;
    const definition = { DatabaseName: 'thread', Settings: {}, Disabled: false };
    await requestJson('PUT', `${url}/admin/databases?name=thread`, { body: definition });
    const document = { n: 3, '@metadata': { '@collection': 'Items' } };
    await requestJson('PUT', `${url}/databases/thread/docs?id=items/3`, { body: document });
    const ask = (Query: string, QueryParameters = {}) =>
      requestJson<Answer>('POST', `${url}/databases/thread/queries`, {
        body: { Query, QueryParameters, WaitForNonStaleResults: true },
      });
    const asked = 'from Items where n = 3';
    expect((await ask(asked)).Results.map(({ n }) => n)).toEqual([3]);
    const names = Array.from({ length: 900_000 }, (_, n) => `a name that nobody has, number ${n}`);
    const refused = await ask('from Items where n in ($names)', { names }).catch(
      (error: HttpFailure) => error,
    );
    expect(refused).toMatchObject({
      status: 503,
      type: 'Raven.Client.Exceptions.Database.DatabaseLoadFailureException',
    });
    await waitUntil('the node to be ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    expect((await ask(asked)).Results.map(({ n }) => n)).toEqual([3]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('ravencluster_index_thread_up 1');
    expect(metrics).toContain('ravencluster_index_thread_restarts 1');
    expect(node.process.output).toContain(
      'The index thread failed; queries are refused until another one runs',
    );
  });
});
