import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseRequests } from './support/database-requests.ts';
import { type OneNode, startOneNode } from './support/one-node.ts';
import { send } from './support/raw-http.ts';

let node: OneNode;
let database: DatabaseRequests;

beforeAll(async () => {
  node = await startOneNode();
  await node.createDatabase('shop');
  database = new DatabaseRequests(node, 'shop');
  await database.put('companies/1', 'Companies', { name: 'Acme', parent: 'companies/2', tags: ['a'] });
  await database.put('companies/2', 'Companies', { name: 'Umbrella' });
  const lines = [{ product: 'companies/1' }, { product: 'companies/2' }, { product: 'companies/404' }, {}];
  await database.put('orders/1', 'Orders', {
    company: 'companies/1',
    companies: ['companies/2', 'companies/1'],
    lines,
    gone: 'companies/404',
    kept: { a: 1 },
    empty: null,
  });
});
afterAll(() => node.close());

async function asked(method: string, path: string, body: unknown) {
  const { status, body: text } = await database.at(path, method, body);
  return { status, body: text === '' ? undefined : JSON.parse(text) };
}

const tried = (script: string, Values: object = {}) =>
  asked('PATCH', '/docs?id=orders/1&test=true', { Patch: { Script: script, Values } });

describe('what an UPDATE loads', () => {
  const made = async (query: string, QueryParameters: object = {}) => {
    const { body } = await asked('PATCH', '/queries/test?id=orders/1', {
      Query: { Query: query, QueryParameters },
    });
    return body.ModifiedDocument?.r ?? body.Message.split('\n')[0];
  };

  it.each<[load: string, script: string, found: unknown]>([
    ['o.company as c', 'o.r = c.name', 'Acme'],
    ['o.company as c', 'this.r = id(c)', 'companies/1'],
    ['o.company as c, c.parent as p', 'o.r = [c.name, p.name]', ['Acme', 'Umbrella']],
    ['o.companies as c[]', 'o.r = c.map((x) => x.name)', ['Umbrella', 'Acme']],
    ['o.companies as c[], c.parent as p[]', 'o.r = p.map((x) => x.name)', ['Umbrella']],
    ['o.lines[].product as c[]', 'o.r = c.map((x) => x.name)', ['Acme', 'Umbrella']],
    ['o.lines.product as c[]', 'o.r = c.length', 2],
    ['o.gone as c', 'o.r = [typeof c, c == null, c.name ?? 0]', ['undefined', true, 0]],
    ['o.empty as c[]', 'o.r = c', []],
    ['o.kept as c', 'o.r = c == null', true],
    ["'companies/2' as c", 'o.r = c.name', 'Umbrella'],
    ['$given as c', 'o.r = c.name', 'Umbrella'],
    ['$many as c[]', 'o.r = c.length', 2],
    ['5 as c', 'o.r = c == null', true],
  ])('%s: %s', async (load, script, found) => {
    const parameters = { given: 'companies/2', many: ['companies/1', 'companies/2', 'companies/404'] };
    expect(await made(`from Orders as o load ${load} update { ${script} }`, parameters)).toEqual(found);
  });

  it('needs no alias of the query, and declared functions are given it', async () => {
    expect(await made('from Orders load company as c update { this.r = c.name }')).toBe('Acme');
    const declared = "declare function shout(x) { return x.name + '!'; }";
    expect(await made(`${declared} from Orders as o load o.company as c update { o.r = shout(c) }`)).toBe(
      'Acme!',
    );
  });

  it('is one document unless the query asks for several', async () => {
    expect(await made('from Orders as o load o.companies as c update { o.r = 1 }')).toContain(
      "multiple values in field c, but it isn't an array",
    );
  });
});

describe('a script', () => {
  it.each<[script: string, written: object]>([
    ['this.a = undefined; this.b = 1', { b: 1 }],
    ['this.empty = undefined', { empty: null }],
    ['this.kept.a = undefined; this.kept.z = undefined', { kept: { a: null } }],
    ['this.a = { z: undefined }', { a: { z: null } }],
    ['this.a = [undefined, 1]', { a: [null, 1] }],
    ["this.a = load('nope'); this.b = typeof load('nope')", { b: 'undefined' }],
    ["this.a = load(['nope', 'companies/2']).map((x) => x?.name ?? '')", { a: ['', 'Umbrella'] }],
    ['this.a = args.nobody; this.b = args.some', { b: 5 }],
    ["this.a = loadPath(this, 'lines[].product').length", { a: 3 }],
    ["this.a = loadPath(this, 'company').name", { a: 'Acme' }],
  ])('%s', async (script, written) => {
    const { body } = await tried(script, { some: 5 });
    const { '@metadata': _, ...before } = body.OriginalDocument;
    const { '@metadata': __, ...after } = body.ModifiedDocument;
    expect(after).toEqual({ ...before, ...written });
  });

  it('that changes nothing but what has no value and was not there has changed nothing', async () => {
    expect((await tried('this.nobody = undefined')).body.Status).toBe('NotModified');
  });
});

describe('a document that a script puts with an id to be completed', () => {
  const patched = async (id: string, Script: string) =>
    (await asked('PATCH', `/docs?id=${id}`, { Patch: { Script } })).body.ModifiedDocument;
  const stored = async (id: string) => (await asked('GET', `/docs?id=${id}`, undefined)).body?.Results[0];

  it('has the id that the script was told', async () => {
    await database.put('makers/1', 'Makers', {});
    const { made } = await patched(
      'makers/1',
      "this.made = [1, 2, 3].map((n) => put('made/', { n })); del(this.made[1])",
    );
    expect(made).toEqual(made.map(() => expect.stringMatching(/^made\/\d{19}-A$/)));
    expect(new Set(made).size).toBe(3);
    expect([await stored(made[0]), await stored(made[2])]).toMatchObject([{ n: 1 }, { n: 3 }]);
    expect(await stored(made[1])).toBeUndefined();
    const again = await patched('makers/1', "this.again = put('made/', { n: 4 })");
    expect(made).not.toContain(again.again);
    expect(await stored(again.again)).toMatchObject({ n: 4 });
  });

  it('is another one for each document of a batch, and of many at once', async () => {
    const ids = Array.from({ length: 20 }, (_, at) => `many/${at}`);
    for (const id of ids) await database.put(id, 'Many', {});
    const Patch = {
      Script: "this.child = put('children/', { of: id(this) }); this.second = put('children/', {})",
    };
    const batch = (some: readonly string[]) =>
      asked('POST', '/bulk_docs', {
        Commands: some.map((Id) => ({ Type: 'PATCH', Id, ChangeVector: null, Patch })),
      });
    const answers = await Promise.all([
      batch(ids.slice(0, 5)),
      batch(ids.slice(5, 10)),
      ...ids.slice(10).map((id) => batch([id])),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const children = await Promise.all(ids.map(async (id) => (await stored(id)).child as string));
    const seconds = await Promise.all(ids.map(async (id) => (await stored(id)).second as string));
    expect(new Set([...children, ...seconds]).size).toBe(40);
    for (const [at, child] of children.entries()) expect(await stored(child)).toMatchObject({ of: ids[at] });
  });
});

describe('a script that cannot be read', () => {
  const PARSE = 'Raven.Client.Exceptions.Documents.Patching.JavaScriptParseException';
  const QUERY = 'Raven.Client.Exceptions.InvalidQueryException';

  it.each<[method: string, path: string, body: object, type: string, message: string]>([
    ['PATCH', '/docs?id=orders/1', { Patch: { Script: 'this.a = ;' } }, PARSE, 'Failed to parse'],
    [
      'PATCH',
      '/queries',
      { Query: { Query: 'from Nobody update { this.a = }' } },
      QUERY,
      'Update clause contains invalid script',
    ],
    [
      'POST',
      '/queries',
      { Query: 'from Orders as o select { a: }' },
      QUERY,
      'Select clause contains invalid script',
    ],
    [
      'POST',
      '/queries',
      { Query: 'declare function f(o) { return a b } from Orders as o' },
      QUERY,
      'Invalid script inside function f',
    ],
  ])('%s %s %j', async (method, path, body, type, message) => {
    const answer = await asked(method, path, body);
    expect(answer).toMatchObject({ status: 500, body: { Type: type } });
    expect(answer.body.Message).toContain(message);
  });

  it('is known from one that throws', async () => {
    const { body } = await tried("throw 'boo'");
    expect(body.Type).toBe('Raven.Client.Exceptions.Documents.Patching.JavaScriptException');
  });
});

describe('integers that a number can not hold', () => {
  const LONG = '1234567890123456789';
  const OTHER = '9007199254740993';
  const stored = async () => (await database.at('/docs?id=longs/1', 'GET')).body;
  const sent = (method: string, path: string, body: string) =>
    send(node.port, `/databases/shop${path}`, { method, body });

  it('are kept by scripts, copied by them, and given to them, and shown', async () => {
    await sent(
      'PUT',
      '/docs?id=longs/1',
      `{"long":${LONG},"price":2.50,"@metadata":{"@collection":"Longs"}}`,
    );
    const script = 'this.copies = [this.long, { of: args.other }]; this.sum = this.long - this.long';
    const patch = `{"Patch":{"Script":"${script}","Values":{"other":${OTHER}}}}`;
    const { body } = await sent('PATCH', '/docs?id=longs/1', patch);
    for (const text of [body, await stored()]) {
      expect(text).toContain(`"long":${LONG}`);
      expect(text).toContain(`"copies":[${LONG},{"of":${OTHER}}],"sum":0`);
    }
    expect(await stored()).toContain('"price":2.50');
  });

  it('are kept by JSON patches, alone and in batches, after a document of the same batch, too', async () => {
    const operations = `{"Operations":[{"op":"replace","path":"/long","value":${OTHER}},{"op":"test","path":"/long","value":${OTHER}},{"op":"copy","path":"/long","from":"/other"}]}`;
    const own = operations
      .replace('/other', '/long')
      .replaceAll('"copy","path":"/long"', '"copy","path":"/twin"');
    const put = `{"Id":"longs/1","Type":"PUT","Document":{"long":1,"other":${LONG},"@metadata":{"@collection":"Longs"}}}`;
    await sent(
      'POST',
      '/bulk_docs',
      `{"Commands":[${put},{"Id":"longs/1","Type":"JsonPatch","JsonPatch":${own}}]}`,
    );
    expect(await stored()).toContain(`"long":${OTHER},"other":${LONG},"twin":${OTHER}`);
    const { body } = await sent('PATCH', '/json-patch?id=longs/1', operations);
    expect(body).toContain(`"long":${LONG}`);
    expect(await stored()).toContain(`"long":${LONG},"other":${LONG},"twin":${OTHER}`);
  });

  it('are what queries project by scripts, unless two of them are the same number', async () => {
    const shown = async (select: string) => {
      const body = JSON.stringify({ Query: `from Longs as l where id() = 'longs/1' select ${select}` });
      return (await sent('POST', '/queries', body)).body;
    };
    expect(await shown('{ a: l.other, b: [l.twin] }')).toContain(`"a":${LONG},"b":[${OTHER}]`);
    await sent(
      'PUT',
      '/docs?id=longs/1',
      `{"a":${LONG},"b":1234567890123456788,"@metadata":{"@collection":"Longs"}}`,
    );
    expect(await shown('{ c: l.a }')).toContain('"c":1234567890123456800');
  });
});
