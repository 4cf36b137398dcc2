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
  await database.put('orders/1', 'Orders', { company: 'companies/1', text: 'tomato sauce' });
  await database.put('orders/2', 'Orders', { company: 'companies/2', text: 'tomato soup' });
  await database.put('others/1', 'Others', {});
  const Fields = { text: { Indexing: 'Search', Storage: 'Yes' } };
  const Maps = ["map('Orders', (o) => ({ company: o.company, text: o.text }))"];
  await database.at('/indexes', 'PUT', { Indexes: [{ Name: 'ByText', Maps, Fields }] });
});
afterAll(() => node.close());

/** What a client does that remembers answers: status and body. */
async function asked(path: string, body: object | undefined, tag?: string) {
  const answer = await send(node.port, `/databases/shop${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(tag === undefined ? {} : { headers: { 'If-None-Match': tag } }),
  });
  return { status: answer.status, body: answer.body, tag: answer.headers.get('etag') ?? '' };
}

const query = (Query: string, more: object = {}, tag?: string) =>
  asked('/queries', { Query, WaitForNonStaleResults: true, ...more }, tag);

let names = 0;
const changeCompany = () => database.put('companies/1', 'Companies', { name: `Acme ${++names}` });

describe('the ETag of a query', () => {
  it.each<[query: string]>([
    ['from Orders as o load o.company as c select { n: c.name }'],
    ["from Orders as o where o.text = 'tomato sauce' load o.company as c select c.name"],
    ['from Orders as o select { n: load(o.company).name }'],
    ["from Orders as o where o.text = 'tomato sauce' select { n: load(o.company).name }"],
    ['declare function f(o) { return { n: load(o.company)?.name }; } from Orders as o select f(o)'],
    ['from Orders include company'],
    ["from Orders where text = 'tomato sauce' include company"],
    ["from index 'ByText' where company = 'companies/1' include company"],
    ['from Orders as o select { i: include(o.company) }'],
    ["declare function f(o) { return load(o.company).name != 'x'; } from Orders as o filter f(o)"],
    ["from Orders as o load o.company as c filter c.name != 'x'"],
  ])('%s: changes with what it shows of other documents, and with nothing else', async (text) => {
    await changeCompany();
    const { tag, status } = await query(text);
    expect(status).toBe(200);
    expect((await query(text, {}, tag)).status).toBe(304);
    await changeCompany();
    const after = await query(text, {}, tag);
    expect(after.status).toBe(200);
    expect((await query(text, {}, after.tag)).status).toBe(304);
  });

  it('stays as it is when other documents change that have no part in it', async () => {
    for (const text of [
      'from Orders',
      "from Orders where text = 'tomato sauce'",
      'from Orders as o select { t: o.text }',
    ]) {
      const { tag } = await query(text);
      await changeCompany();
      expect((await query(text, {}, tag)).status).toBe(304);
    }
  });

  it('changes when a document that was looked for in vain appears', async () => {
    const text = "from Orders as o where o.company = 'companies/2' select { n: load(o.company)?.name }";
    const { tag } = await query(text);
    await database.put('companies/2', 'Companies', { name: 'late' });
    expect((await query(text, {}, tag)).body).toContain('late');
  });

  it('changes with a document that a stale index shows', async () => {
    const text = "from index 'ByText' where company = 'companies/1'";
    await query(text);
    await database.at('/admin/indexes/stop', 'POST');
    try {
      const put = (n: number) =>
        database.put('orders/1', 'Orders', { company: 'companies/1', text: 'tomato sauce', n });
      await put(1);
      const stale = (tag?: string) => asked('/queries', { Query: text }, tag);
      const { tag } = await stale();
      expect((await stale(tag)).status).toBe(304);
      await put(2);
      expect((await stale(tag)).body).toContain('"n":2');
    } finally {
      await database.at('/admin/indexes/start', 'POST');
    }
  });

  it('changes with the setup of facets, and with stop words', async () => {
    const setup = (FieldName: string) =>
      database.put('facets/1', 'FacetSetups', { Facets: [{ FieldName }], RangeFacets: [] });
    await setup('company');
    const facets = "from index 'ByText' select facet(id('facets/1'))";
    const { tag } = await query(facets);
    expect((await query(facets, {}, tag)).status).toBe(304);
    await setup('text');
    expect((await query(facets, {}, tag)).body).toContain('"Name":"text"');
    await database.put('stop/1', 'StopWords', { StopWords: [] });
    const like = "from index 'ByText' where moreLikeThis(id() = 'orders/1', $o)";
    const o = {
      Fields: ['text'],
      MinimumTermFrequency: 1,
      MinimumDocumentFrequency: 1,
      StopWordsDocumentId: 'stop/1',
    };
    const found = await query(like, { QueryParameters: { o } });
    expect(found.body).toContain('orders/2');
    await database.put('stop/1', 'StopWords', { StopWords: ['tomato'] });
    expect((await query(like, { QueryParameters: { o } }, found.tag)).body).not.toContain('orders/2');
  });

  it('is another one where fields are taken from elsewhere, as clients name both queries alike', async () => {
    const text = "from Orders where text = 'tomato sauce' select company";
    const { tag } = await query(text);
    const FROM_INDEX = { ProjectionBehavior: 'FromIndex' };
    const other = await query(text, FROM_INDEX, tag);
    expect(other.status).toBe(200);
    expect((await query(text, FROM_INDEX, other.tag)).status).toBe(304);
  });

  it('changes with the time that a query asks for', async () => {
    const text = 'from Orders where due < now() or company = null';
    const { tag, status } = await query(text);
    expect([status, (await query(text, {}, tag)).status]).toEqual([200, 200]);
    const day = 'from Orders where due < today() or company = null';
    expect((await query(day, {}, (await query(day)).tag)).status).toBe(304);
  });
});

describe('the ETag of a collection', () => {
  it('is another one in another database of the same name', async () => {
    const tags: string[] = [];
    for (const name of ['first', 'second']) {
      await node.createDatabase('again');
      const again = new DatabaseRequests(node, 'again');
      await again.put('orders/1', 'Orders', { name });
      const { headers, body } = await again.at('/queries', 'POST', { Query: 'from Orders' });
      expect(body).toContain(name);
      tags.push(headers.get('etag') ?? '');
      const gone = { DatabaseNames: ['again'], HardDelete: true, TimeToWaitForConfirmation: '00:00:15' };
      await send(node.port, '/admin/databases', { method: 'DELETE', body: JSON.stringify(gone) });
    }
    expect(tags[0]).not.toBe(tags[1]);
  });
});

describe('the ETag of a document that is loaded with others', () => {
  it('changes with those', async () => {
    const path = '/docs?id=orders/1&include=company';
    await changeCompany();
    const { tag } = await asked(path, undefined);
    expect((await asked(path, undefined, tag)).status).toBe(304);
    await changeCompany();
    expect((await asked(path, undefined, tag)).body).toContain(`Acme ${names}`);
  });

  it('is that of the document where none is included', async () => {
    const alone = await asked('/docs?id=others/1', undefined);
    expect((await asked('/docs?id=others/1&include=nothing', undefined)).tag).toBe(alone.tag);
  });
});
