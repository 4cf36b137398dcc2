import type { Dispatcher } from 'undici';
import { requestJson, requestText } from './http-json.ts';
import { waitUntil } from './wait-until.ts';
import { isIntact, type Ledger } from './write-ledger.ts';

/** Documents asked for in one request. */
const IDS_PER_REQUEST = 500;

/** Longest time members may take to be equal after the last fault, in milliseconds. */
const CONVERGENCE_TIMEOUT_MS = 60_000;

/** Where a copy answers. */
export interface Member {
  readonly url: string;
  /** How to reach it, where that takes a certificate. */
  readonly dispatcher?: Dispatcher;
}

interface Statistics {
  readonly CountOfDocuments: number;
  readonly CountOfTombstones: number;
  readonly CountOfConflicts: number;
  readonly DatabaseChangeVector: string;
}

function statistics({ url, dispatcher }: Member, database: string): Promise<Statistics> {
  return requestJson('GET', `${url}/databases/${database}/stats`, { dispatcher });
}

/** What must be the same on all members once they have converged; the order in a change vector says nothing. */
function convergedState(stats: Statistics): string {
  return JSON.stringify([
    stats.CountOfDocuments,
    stats.CountOfTombstones,
    stats.CountOfConflicts,
    stats.DatabaseChangeVector.split(', ').sort(),
  ]);
}

/** Waits until all members say the same of themselves. Gives the number of documents. */
export async function waitForConvergence(members: readonly Member[], database: string): Promise<number> {
  return waitUntil(
    `the members of ${database} to be equal`,
    async () => {
      const all = await Promise.all(members.map((member) => statistics(member, database)));
      const states = all.map(convergedState);
      if (new Set(states).size > 1) throw new Error(states.join(' / '));
      return all[0]?.CountOfDocuments;
    },
    CONVERGENCE_TIMEOUT_MS,
  );
}

export interface Comparison {
  /** Acknowledged, and not there. */
  readonly lost: readonly string[];
  /** There, but not as it was written. */
  readonly torn: readonly string[];
  /** Batches of which some documents are there and some are not. */
  readonly halfBatches: readonly string[];
  /** Not the same bytes on every member, metadata included. */
  readonly different: readonly string[];
  /** Documents checked. */
  readonly checked: number;
}

/** Reads everything that was ever written from every member, and compares the bytes. */
export async function compareMembers(
  members: readonly Member[],
  database: string,
  ledger: Ledger,
): Promise<Comparison> {
  const ids = ledger.entries.flatMap((entry) => entry.ids);
  const found = new Map<string, Record<string, unknown>>();
  const different: string[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_REQUEST) {
    const part = ids.slice(at, at + IDS_PER_REQUEST);
    const texts = await Promise.all(members.map((member) => readDocuments(member, database, part)));
    const [first = ''] = texts;
    const documents = parseDocuments(first);
    for (const [i, document] of documents.entries())
      if (document !== null) found.set(part[i] ?? '', document);
    for (const text of texts) if (text !== first) different.push(...differingIds(part, first, text));
  }
  const torn = [...found].filter(([id, document]) => !isIntact(id, document)).map(([id]) => id);
  const halfBatches = ledger.entries
    .filter((entry) => new Set(entry.ids.map((id) => found.has(id))).size > 1)
    .map((entry) => entry.ids.join(', '));
  const lost = ledger.idsWhere('acknowledged').filter((id) => !found.has(id));
  return { lost, torn, halfBatches, different, checked: found.size };
}

/** A comparison that finds nothing wrong. */
export const NOTHING_WRONG = { lost: [], torn: [], halfBatches: [], different: [] } as const;

function readDocuments(
  { url, dispatcher }: Member,
  database: string,
  ids: readonly string[],
): Promise<string> {
  return requestText('POST', `${url}/databases/${database}/docs`, { body: { Ids: ids }, dispatcher }).catch(
    (error) => {
      // A single missing document is the protocol's 404; it stands for "none of them".
      if (ids.length === 1 && error.status === 404) return '{"Results":[null]}';
      throw error;
    },
  );
}

function parseDocuments(text: string): (Record<string, unknown> | null)[] {
  return (JSON.parse(text) as { Results: (Record<string, unknown> | null)[] }).Results;
}

function differingIds(ids: readonly string[], one: string, other: string): string[] {
  const left = parseDocuments(one);
  const right = parseDocuments(other);
  return ids
    .filter((_, i) => JSON.stringify(left[i]) !== JSON.stringify(right[i]))
    .map(
      (id) => `${id}: ${JSON.stringify(left[ids.indexOf(id)])} / ${JSON.stringify(right[ids.indexOf(id)])}`,
    );
}
