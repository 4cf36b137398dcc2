import type { DocumentStore, Highlightings } from 'ravendb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RavenCluster } from '../processes/harness/raven-cluster.ts';
import { OFFICIAL_CLIENTS, storeOfNew } from './official-clients.ts';

interface Note {
  id?: string;
  text: string;
}

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(1);
});
afterAll(() => cluster.dispose());

describe.each(OFFICIAL_CLIENTS)('the official client $version', ({ version, client }) => {
  const database = `highlight-${version.replaceAll('.', '-')}`;
  let store: DocumentStore;

  beforeAll(async () => {
    store = await storeOfNew(database, client, cluster.node(0).url);
    const session = store.openSession();
    const text = 'the quick fox jumps over the lazy dog, and another fox watches';
    await session.store({ text, '@metadata': { '@collection': 'Notes' } }, 'notes/1');
    await session.saveChanges();
  });
  afterAll(() => store.dispose());

  it('highlights what it searches, with tags of its own', async () => {
    let highlightings: Highlightings | undefined;
    const notes = await store
      .openSession()
      .query<Note>({ collection: 'Notes' })
      .waitForNonStaleResults()
      .highlight(
        {
          fieldName: 'text',
          fragmentLength: 20,
          fragmentCount: 2,
          preTags: ['<em>'],
          postTags: ['</em>'],
        },
        (found) => {
          highlightings = found;
        },
      )
      .search('text', 'fox')
      .all();
    expect(notes.map(({ id }) => id)).toEqual(['notes/1']);
    expect(highlightings?.getFragments('notes/1')).toEqual([
      'quick <em>fox</em> jumps over',
      'another <em>fox</em> watches',
    ]);
  });
});
