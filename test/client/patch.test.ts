import {
  CreateDatabaseOperation,
  DeleteByQueryOperation,
  DocumentStore,
  type IDocumentStore,
  IndexDefinition,
  PatchByQueryOperation,
  PatchCommandData,
  PatchOperation,
  PatchRequest,
  PutIndexesOperation,
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

const load = (id: string, from: IDocumentStore = store, session = from.openSession()) =>
  session.load<Account>(id, Account);

/** Without a change vector: whatever it is. The types of the client know no such thing. */
function patching(
  id: string,
  patch: PatchRequest,
  ifMissing: PatchRequest | null = null,
  changeVector: string | null = null,
): PatchOperation {
  return new PatchOperation(id, changeVector as string, patch, ifMissing as PatchRequest, false);
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

  it('of another version than the document has is refused before anything of it runs', async () => {
    await stored('accounts/versions', new Account('Bo', 1));
    const another = 'A:1-AAAAAAAAAAAAAAAAAAAAAA';
    const at = (id: string, changeVector: string, text: string) =>
      send(patching(id, script(text), null, changeVector));
    const refused = { name: 'ConcurrencyException' };
    for (const text of ['this.balance = 1', 'this.balance = 2', "put('accounts/stray', {})", 'throw 1']) {
      await expect(at('accounts/versions', another, text)).rejects.toMatchObject(refused);
      const session = store.openSession();
      session.advanced.defer(new PatchCommandData('accounts/versions', another, script(text)));
      await expect(session.saveChanges()).rejects.toMatchObject(refused);
    }
    await expect(at('accounts/gone', another, 'this.balance = 1')).rejects.toMatchObject(refused);
    expect(await load('accounts/stray')).toBeNull();
    const session = store.openSession();
    const account = await load('accounts/versions', store, session);
    if (account === null) throw new Error('accounts/versions is missing.');
    const current = session.advanced.getChangeVectorFor(account);
    expect((await at('accounts/versions', current, 'this.balance = 1')).status).toBe('NotModified');
    expect((await at('accounts/versions', current, 'this.balance = 2')).status).toBe('Patched');
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
    await Promise.all(Array.from({ length: 120 }, one));
    expect(await load('accounts/4')).toMatchObject({ balance: 120 });
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

  it('adds the document of the session where there is none, and patches it where there is one', async () => {
    const change = async (at: number): Promise<void> => {
      const session = store.openSession();
      const { advanced } = session;
      advanced.addOrIncrement('accounts/counted', new Account('Counted', 1), 'balance', 4);
      advanced.addOrPatch('accounts/named', new Account('First', 1), 'name', 'Later');
      advanced.addOrPatchArray<Account, string>(
        'accounts/listed',
        new Account('Listed', 1),
        'history',
        (list) => list.push(`${at}`),
      );
      await session.saveChanges();
    };
    await change(1);
    expect(await load('accounts/counted')).toMatchObject({ name: 'Counted', balance: 1 });
    expect(await load('accounts/named')).toMatchObject({ name: 'First' });
    expect(await load('accounts/listed')).toMatchObject({ history: [] });
    await change(2);
    await change(3);
    expect(await load('accounts/counted')).toMatchObject({ name: 'Counted', balance: 9 });
    expect(await load('accounts/named')).toMatchObject({ name: 'Later' });
    expect(await load('accounts/listed')).toMatchObject({ history: ['2', '3'] });
    const session = store.openSession();
    expect(
      session.advanced.getMetadataFor((await load('accounts/named', store, session)) as Account),
    ).toMatchObject({
      '@collection': 'Accounts',
    });
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

  it('of an index whose results are no documents is refused', async () => {
    const index = "map('Accounts', (a) => ({ name: a.name, n: 1 }))";
    const reduce = 'groupBy((x) => x.name).aggregate((g) => ({ name: g.key, n: g.values.length }))';
    await store.maintenance.send(
      new PutIndexesOperation(
        Object.assign(new IndexDefinition(), { name: 'ByName', maps: new Set([index]), reduce }),
      ),
    );
    for (const operation of [
      new PatchByQueryOperation("from index 'ByName' update { this.x = 1 }"),
      new PatchByQueryOperation('from Accounts group by name update { this.x = 1 }'),
      new DeleteByQueryOperation("from index 'ByName'"),
    ]) {
      await expect(store.operations.send(operation)).rejects.toThrow('Map-Reduce');
    }
  });

  it('that is to delete and has an update clause is refused, and deletes nothing', async () => {
    await expect(
      store.operations.send(new DeleteByQueryOperation('from Accounts update { this.x = 1; }')),
    ).rejects.toThrow('UPDATE');
    expect(await load('accounts/1')).not.toBeNull();
  });
});

describe('a JSON patch', () => {
  const url = (): string => `${cluster.node(0).url}/databases/patch`;
  const headers = { 'content-type': 'application/json' };
  const patched = async (id: string, ...Operations: readonly unknown[]) => {
    const response = await fetch(`${url()}/json-patch?id=${encodeURIComponent(id)}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ Operations }),
    });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  };

  it('changes a document by all of its operations, or not at all', async () => {
    await stored('accounts/json', new Account('Json', 1));
    const { status, body } = await patched(
      'accounts/json',
      { op: 'test', path: '/balance', value: 1 },
      { op: 'replace', path: '/balance', value: 2 },
      { op: 'add', path: '/history/-', value: 'seen' },
      { op: 'add', path: '/@metadata/color', value: 'red' },
    );
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        Status: 'Patched',
        Collection: 'Accounts',
        ChangeVector: expect.stringContaining('A:') as string,
        ModifiedDocument: expect.objectContaining({ balance: 2, history: ['seen'] }) as unknown,
      }),
    ]);
    const failed = await patched(
      'accounts/json',
      { op: 'replace', path: '/balance', value: 3 },
      { op: 'test', path: '/name', value: 'other' },
    );
    expect(failed.status).toBe(500);
    expect(failed.body.Message).toContain("Operation 1, 'test' of '/name'");
    const session = store.openSession();
    const account = await load('accounts/json', store, session);
    expect(account).toMatchObject({ balance: 2, history: ['seen'] });
    expect(session.advanced.getMetadataFor(account as Account)).toMatchObject({ color: 'red' });
  });

  it('says what it did not do', async () => {
    expect((await patched('accounts/json')).body).toEqual({ Status: 'NotModified' });
    const missing = await patched('accounts/nobody', { op: 'add', path: '/a', value: 1 });
    expect(missing.body.Type).toBe('Raven.Client.Exceptions.Documents.DocumentDoesNotExistException');
    const odd = await patched('accounts/json', { op: 'add', path: 'a', value: 1 });
    expect(odd.body.Message).toContain("such as '/Name'");
  });

  it('belongs to a batch', async () => {
    await stored('accounts/batch', new Account('Batch', 1));
    const patch = (Id: string, op: string, ReturnDocument = false) => ({
      ...{ Type: 'JsonPatch', Id, ChangeVector: null, ReturnDocument },
      JsonPatch: { Operations: [{ op, path: '/balance', value: 7 }] },
    });
    const send = async (...Commands: readonly unknown[]) => {
      const body = JSON.stringify({ Commands });
      const response = await fetch(`${url()}/bulk_docs`, { method: 'POST', headers, body });
      return (await response.json()) as Readonly<Record<string, unknown>>;
    };
    const done = await send(patch('accounts/batch', 'replace', true), patch('accounts/nobody', 'add'));
    expect(done.Results).toMatchObject([
      { Type: 'JsonPatch', PatchStatus: 'Patched', Id: 'accounts/batch', ModifiedDocument: { balance: 7 } },
      { Type: 'JsonPatch', PatchStatus: 'DocumentDoesNotExist', Etag: 0, ChangeVector: null },
    ]);
    const put = { Type: 'PUT', Id: 'accounts/lost', ChangeVector: null, Document: {} };
    const failed = await send(put, patch('accounts/batch', 'test'), patch('accounts/batch', 'move'));
    expect(failed.Message).toContain("'from' of operation 0");
    expect(await load('accounts/lost')).toBeNull();
  });
});

describe('an id that the cluster numbers', () => {
  it('in a batch does not overwrite a document that has the number already', async () => {
    const url = `${cluster.node(0).url}/databases/patch`;
    const headers = { 'content-type': 'application/json' };
    await stored('seats/1', new Account('By hand', 1));
    const command = { Type: 'PUT', Id: 'seats|', ChangeVector: null, Document: { name: 'numbered' } };
    const batch = (): Promise<Response> =>
      fetch(`${url}/bulk_docs`, { method: 'POST', headers, body: JSON.stringify({ Commands: [command] }) });
    expect((await batch()).status).toBe(409);
    expect(await load('seats/1')).toMatchObject({ name: 'By hand' });
    expect((await batch()).status).toBe(201);
    expect(await load('seats/2')).toMatchObject({ name: 'numbered' });
  });
});
