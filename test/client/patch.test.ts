import {
  CreateDatabaseOperation,
  DeleteByQueryOperation,
  DocumentStore,
  type IDocumentStore,
  PatchByQueryOperation,
  PatchOperation,
  PatchRequest,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

class Account {
  id?: string;
  name: string;
  balance: number;
  history: string[] = [];

  constructor(name: string, balance: number) {
    this.name = name;
    this.balance = balance;
  }
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'patch');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'patch' }));
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

async function stored(id: string, account: Account): Promise<void> {
  const session = store.openSession();
  await session.store(account, id);
  await session.saveChanges();
}

const load = (id: string, from: IDocumentStore = store) => from.openSession().load<Account>(id, Account);

/** Whatever the change vector is; the types of the client know no such thing. */
function patching(id: string, patch: PatchRequest, ifMissing: PatchRequest | null = null): PatchOperation {
  return new PatchOperation(id, null as unknown as string, patch, ifMissing as PatchRequest, false);
}

const send = (operation: PatchOperation) => store.operations.send(operation);

function script(text: string, values: Record<string, unknown> = {}): PatchRequest {
  const request = PatchRequest.forScript(text);
  request.values = values;
  return request;
}

describe('a patch', () => {
  it('changes a document by script, with the values it is given', async () => {
    await stored('accounts/1', new Account('Ada', 10));
    const status = await send(
      patching('accounts/1', script("this.balance += args.by; this.history.push('+' + $by);", { by: 5 })),
    );
    expect(status.status).toBe('Patched');
    expect(await load('accounts/1')).toMatchObject({ name: 'Ada', balance: 15, history: ['+5'] });
    const unchanged = await send(patching('accounts/1', script('this.balance = 15')));
    expect(unchanged.status).toBe('NotModified');
  });

  it('of a document that is not there does nothing, or what is said for that case', async () => {
    const none = await send(patching('accounts/none', script('this.x = 1')));
    expect(none.status).toBe('DocumentDoesNotExist');
    const created = await send(
      patching(
        'accounts/new',
        script('this.x = 1'),
        script("this.name = 'New'; this['@metadata']['@collection'] = 'Accounts';"),
      ),
    );
    expect(created.status).toBe('Created');
    expect(await load('accounts/new')).toMatchObject({ name: 'New' });
  });

  it('loads, puts and deletes other documents in the same transaction', async () => {
    await stored('accounts/2', new Account('Grace', 1));
    await stored('accounts/3', new Account('Linus', 2));
    await send(
      patching(
        'accounts/2',
        script(
          "const other = load('accounts/3'); this.balance += other.balance; del('accounts/3'); put('audit/1', { from: id(this), '@metadata': { '@collection': 'Audit' } });",
        ),
      ),
    );
    expect(await load('accounts/2')).toMatchObject({ balance: 3 });
    expect(await load('accounts/3')).toBeNull();
    expect(await store.openSession().load('audit/1')).toMatchObject({ from: 'accounts/2' });
  });

  it('loses none of many made at once', async () => {
    await stored('accounts/4', new Account('Busy', 0));
    const one = () => send(patching('accounts/4', script('this.balance++')));
    await Promise.all(Array.from({ length: 40 }, one));
    expect(await load('accounts/4')).toMatchObject({ balance: 40 });
  });

  it('belongs to a batch: all of it or nothing', async () => {
    await stored('accounts/5', new Account('Ida', 1));
    const session = store.openSession();
    await session.store(new Account('Both', 1), 'accounts/6');
    session.advanced.increment('accounts/5', 'balance', 2);
    session.advanced.patchArray('accounts/5', 'history', (list) => list.push('seen'));
    await session.saveChanges();
    expect(await load('accounts/5')).toMatchObject({ balance: 3, history: ['seen'] });
    const failing = store.openSession();
    await failing.store(new Account('Never', 1), 'accounts/7');
    failing.advanced.increment('accounts/5', 'nothing.here', 2);
    await expect(failing.saveChanges()).rejects.toThrow();
    expect(await load('accounts/7')).toBeNull();
  });

  it('keeps the numbers that it does not touch as they were written', async () => {
    const { url } = cluster.node(0);
    const body = '{"big":9007199254740993,"money":1.10,"n":1,"@metadata":{"@collection":"Raw"}}';
    await fetch(`${url}/databases/patch/docs?id=raw/1`, { method: 'PUT', body });
    await send(patching('raw/1', script('this.n = 2')));
    const text = await (await fetch(`${url}/databases/patch/docs?id=raw/1`)).text();
    expect(text).toContain('"big":9007199254740993,"money":1.10,"n":2');
  });

  it('that throws, or never ends, changes nothing and says why', async () => {
    await stored('accounts/8', new Account('Safe', 1));
    const failing = (text: string) => send(patching('accounts/8', script(text)));
    await expect(failing("this.balance = 0; throw 'boo';")).rejects.toThrow('boo');
    await expect(failing('while (true);')).rejects.toThrow('took longer than');
    await expect(failing('this is no script')).rejects.toThrow('Failed to parse');
    expect(await load('accounts/8')).toMatchObject({ balance: 1 });
  });
});

describe('an operation by query', () => {
  it('patches what matches, and waits for the index if told to', async () => {
    const bulk = store.bulkInsert();
    for (let n = 0; n < 1500; n++)
      await bulk.store(new Account(n % 3 === 0 ? 'third' : 'other', n), `many/${n}`);
    await bulk.finish();
    const operation = await store.operations.send(
      new PatchByQueryOperation({
        query: 'from Accounts as a where a.name = $name update { a.balance = -1; this.marked = true; }',
        queryParameters: { name: 'third' },
        waitForNonStaleResults: true,
      } as never),
    );
    await operation.waitForCompletion();
    const marked = store.openSession().query<Account>({ collection: 'Accounts' }).waitForNonStaleResults();
    expect(await marked.whereEquals('marked' as never, true).count()).toBe(500);
  });

  it('deletes what matches', async () => {
    const operation = await store.operations.send(
      new DeleteByQueryOperation("from Accounts where startsWith(id(), 'many/')"),
    );
    await operation.waitForCompletion();
    expect(await load('many/1')).toBeNull();
    expect(await load('accounts/1')).not.toBeNull();
  });

  it('without an update clause is refused', async () => {
    await expect(store.operations.send(new PatchByQueryOperation('from Accounts'))).rejects.toThrow(
      'UPDATE clause',
    );
  });

  it('that is to delete and has an update clause is refused, and deletes nothing', async () => {
    await expect(
      store.operations.send(new DeleteByQueryOperation('from Accounts update { this.x = 1; }')),
    ).rejects.toThrow('UPDATE');
    expect(await load('accounts/1')).not.toBeNull();
  });
});
