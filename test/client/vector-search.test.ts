import {
  AbstractJavaScriptIndexCreationTask,
  CreateDatabaseOperation,
  DocumentStore,
  GetIndexOperation,
  type IDocumentQuery,
  IndexDefinition,
  PutIndexesOperation,
  RavenVector,
  VectorQuantizer,
} from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';

interface Picture {
  id?: string;
  name: string;
  v: number[];
  bytes: number[];
  bits: number[];
  text: string;
  raven: unknown;
}

const base64 = (numbers: readonly number[]) =>
  Buffer.from(Float32Array.from(numbers).buffer).toString('base64');

const picture = (name: string, v: number[]): Picture => ({
  name,
  v,
  bytes: VectorQuantizer.toInt8(v),
  bits: VectorQuantizer.toInt1(v),
  text: base64(v),
  raven: RavenVector(v),
});

const PICTURES = [
  picture('sun', [1, 0.1, 0]),
  picture('moon', [0.8, 0.6, 0]),
  picture('sea', [0, 1, 0.2]),
  picture('void', [-1, -0.1, -0.1]),
];
const SUN = [1, 0.1, 0];

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
  store = new DocumentStore(cluster.node(0).url, 'vector-search');
  store.initialize();
  await store.maintenance.server.send(new CreateDatabaseOperation({ databaseName: 'vector-search' }));
  const session = store.openSession();
  for (const one of PICTURES) {
    await session.store({ ...one, '@metadata': { '@collection': 'Pictures' } }, `pictures/${one.name}`);
  }
  await session.saveChanges();
  const definition = new IndexDefinition();
  definition.name = 'Pictures/ByVector';
  definition.maps = new Set([
    "map('Pictures', p => ({ Vec: createVector(p.v), Packed: createVector(p.text), name: p.name }))",
  ]);
  definition.fields = {
    Packed: {
      vector: {
        dimensions: 3,
        sourceEmbeddingType: 'Single',
        destinationEmbeddingType: 'Int8',
        numberOfEdges: 12,
        numberOfCandidatesForIndexing: 16,
      },
    },
  } as never;
  await store.maintenance.send(new PutIndexesOperation(definition));
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

type Query = IDocumentQuery<Picture>;

const pictures = (): Query =>
  store.openSession().query<Picture>({ collection: 'Pictures' }).waitForNonStaleResults();
const names = async (query: Query) => (await query.all()).map(({ name }) => name).join(' ');

describe('a vector search of the official client', () => {
  it.each<[what: string, build: (q: Query) => Query, found: string]>([
    ['a field and numbers', (q) => q.vectorSearch('v', SUN), 'sun moon sea void'],
    ['a least similarity', (q) => q.vectorSearch('v', SUN, { similarity: 0.6 }), 'sun moon'],
    ['a number of candidates', (q) => q.vectorSearch('v', SUN, { numberOfCandidates: 3 }), 'sun moon sea'],
    [
      'an exact answer',
      (q) => q.vectorSearch('v', SUN, { isExact: true, similarity: 0.5, numberOfCandidates: 1 }),
      'sun moon sea',
    ],
    [
      'an embedding',
      (q) =>
        q.vectorSearch(
          (f) => f.withEmbedding('v'),
          (f) => f.byEmbedding(SUN),
          { similarity: 0.6 },
        ),
      'sun moon',
    ],
    [
      'a RavenVector',
      (q) =>
        q.vectorSearch(
          (f) => f.withEmbedding('raven'),
          (f) => f.byEmbedding(RavenVector(SUN)),
          { similarity: 0.6 },
        ),
      'sun moon',
    ],
    [
      'a vector in base64',
      (q) =>
        q.vectorSearch(
          (f) => f.withBase64('text'),
          (f) => f.byBase64(base64(SUN)),
          { similarity: 0.6 },
        ),
      'sun moon',
    ],
    [
      'several vectors',
      (q) => q.vectorSearch('v', (f) => f.byEmbeddings([SUN, [0, 1, 0]]), { similarity: 0.85 }),
      'sun sea moon',
    ],
    [
      'what a document has',
      (q) => q.vectorSearch('v', (f) => f.forDocument('pictures/sea'), { similarity: 0.9 }),
      'sea',
    ],
    [
      'vectors that the index makes small',
      (q) => q.vectorSearch((f) => f.withEmbedding('v').targetQuantization('Int8'), SUN, { similarity: 0.6 }),
      'sun moon',
    ],
    [
      'vectors that the index makes bits of',
      (q) =>
        q.vectorSearch((f) => f.withEmbedding('v').targetQuantization('Binary'), SUN, {
          numberOfCandidates: 3,
        }),
      'sun moon sea',
    ],
    [
      'vectors that were small before',
      (q) =>
        q.vectorSearch((f) => f.withEmbedding('bytes', 'Int8'), VectorQuantizer.toInt8(SUN), {
          similarity: 0.6,
        }),
      'sun moon',
    ],
    [
      'vectors that were bits before',
      (q) =>
        q.vectorSearch((f) => f.withEmbedding('bits', 'Binary'), VectorQuantizer.toInt1(SUN), {
          similarity: 0.9,
        }),
      'sun moon sea',
    ],
    [
      'other conditions beside it',
      (q) => q.vectorSearch('v', SUN).andAlso().not().whereEquals('name', 'sun').take(1),
      'moon',
    ],
    ['an order of its own', (q) => q.vectorSearch('v', SUN).orderBy('name'), 'moon sea sun void'],
  ])('may ask for %s', async (_, build, found) => {
    expect(await names(build(pictures()))).toBe(found);
  });

  it('may be of a written index, whose options are kept as they were given', async () => {
    const indexed = () =>
      store.openSession().query<Picture>({ indexName: 'Pictures/ByVector' }).waitForNonStaleResults();
    expect(
      await names(indexed().vectorSearch((f) => f.withField('Vec' as never), SUN, { similarity: 0.6 })),
    ).toBe('sun moon');
    expect(await names(indexed().vectorSearch('Packed' as never, SUN, { similarity: 0.6 }))).toBe('sun moon');
    const definition = await store.maintenance.send(new GetIndexOperation('Pictures/ByVector'));
    expect(
      (definition.fields as unknown as Record<string, { vector: unknown }>).Packed?.vector,
    ).toMatchObject({
      dimensions: 3,
      destinationEmbeddingType: 'Int8',
      numberOfEdges: 12,
    });
  });

  it('may be of an index that the client writes as a class', async () => {
    class PicturesByName extends AbstractJavaScriptIndexCreationTask<Picture> {
      constructor() {
        super();
        const { createVector } = this.mapUtils();
        this.map('Pictures' as never, (p: Picture) => ({ name: p.name, Near: createVector(p.v) }) as never);
        this.vectorField('Near' as never, {
          sourceEmbeddingType: 'Single',
          destinationEmbeddingType: 'Int8',
        });
      }
    }
    await new PicturesByName().execute(store);
    const query = store
      .openSession()
      .query<Picture>({ index: PicturesByName })
      .waitForNonStaleResults()
      .vectorSearch('Near' as never, SUN, { similarity: 0.6 });
    expect(await names(query)).toBe('sun moon');
  });

  it('of texts is refused, with what to do', async () => {
    const texts = pictures().vectorSearch(
      (f) => f.withText('name'),
      (f) => f.byText('light'),
    );
    await expect(names(texts)).rejects.toThrow('need a model that makes them, and this server has none');
  });
});
