import { randomUUID } from 'node:crypto';
import type { Question } from './ask.ts';
import type { Client } from './workload.ts';

/** A document as a cluster-wide session loads it; null where it is missing. */
export interface LoadedDocument {
  readonly content: Readonly<Record<string, unknown>>;
  readonly changeVector: string;
}

interface Loaded {
  readonly documents: readonly (LoadedDocument | null)[];
  readonly node: string;
}

/** All of them at one moment of one copy, of `url` or of any. Gives why not where that failed. */
export async function loadClusterWide(
  client: Client,
  ids: readonly string[],
  url?: string,
): Promise<Loaded | { readonly error: string; readonly node: string }> {
  const query = ids.map((id) => `id=${encodeURIComponent(id)}`).join('&');
  const question: Question = { method: 'GET', path: `/docs?${query}&txMode=ClusterWide` };
  const reply = await client.site.ask(client.random, question, url);
  if (reply.type !== 'ok') return reply;
  const { Results } = JSON.parse(reply.text) as {
    readonly Results: readonly (Record<string, unknown> | null)[];
  };
  const documents = ids.map((_, at): LoadedDocument | null => {
    const found = Results[at] ?? null;
    if (found === null) return null;
    const { '@metadata': metadata, ...content } = found;
    const changeVector = (metadata as Readonly<Record<string, string>>)['@change-vector'] ?? '';
    return { content, changeVector };
  });
  return { documents, node: reply.node };
}

export interface DocumentWrite {
  readonly id: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** '' for one that must not exist. */
  readonly changeVector: string;
}

/** One cluster-wide transaction; `reads`: change vectors, by id, of what must still be as it was read. */
export function clusterWideBatch(
  writes: readonly DocumentWrite[],
  reads: Readonly<Record<string, string>> = {},
): Question {
  const puts = writes.map(({ id, content, changeVector }) => ({
    Type: 'PUT',
    Id: id,
    ChangeVector: changeVector,
    Document: { ...content, '@metadata': { '@collection': 'Nemesis' } },
  }));
  const tracked =
    Object.keys(reads).length === 0 ? [] : [{ Type: 'BatchTrackChanges', TrackedEntities: reads }];
  return {
    method: 'POST',
    path: `/bulk_docs?raft-request-id=${randomUUID()}`,
    body: { TransactionMode: 'ClusterWide', Commands: [...puts, ...tracked] },
  };
}
