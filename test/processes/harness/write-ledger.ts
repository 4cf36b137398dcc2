import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { RavenNode } from './raven-node.ts';

/** Longest a writer waits for an answer before it counts the write as unknown, in milliseconds. */
const WRITE_TIMEOUT_MS = 5_000;

/** Writes in one batch; all of them must be there, or none. */
const BATCH_SIZE = 3;

export interface LedgerEntry {
  readonly ids: readonly string[];
  readonly outcome: 'acknowledged' | 'unknown';
}

/** What was written, and which of it somebody was told is safe. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Ids of the documents of all entries with that outcome. */
  idsWhere(outcome: LedgerEntry['outcome']): string[];
}

/**
 * Writers that never stop writing, single documents and batches, to whichever node they are told, and remember what was
 * acknowledged. A write without an answer may have happened or not; it is tried again on another node. Every document carries a digest of itself, so that
 * a torn one shows.
 */
export class WriteLedger implements Ledger {
  readonly entries: LedgerEntry[] = [];
  readonly #database: string;
  readonly #targets: () => readonly RavenNode[];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #writers: Promise<void>[] = [];
  #isStopped = false;
  #acknowledged = 0;

  constructor(database: string, targets: () => readonly RavenNode[]) {
    this.#database = database;
    this.#targets = targets;
  }

  /** Documents acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  start(writers: number, name = 'w'): void {
    for (let i = 0; i < writers; i++) this.#writers.push(this.#write(`${name}${i}`));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#writers);
    this.#agent.destroy();
  }

  idsWhere(outcome: LedgerEntry['outcome']): string[] {
    return this.entries.filter((entry) => entry.outcome === outcome).flatMap(({ ids }) => ids);
  }

  async #write(writer: string): Promise<void> {
    for (let n = 0; !this.#isStopped; n++) {
      const count = n % 4 === 3 ? BATCH_SIZE : 1;
      const ids = Array.from({ length: count }, (_, i) => `writes/${writer}-${n}-${i}`);
      const isAcknowledged = await this.#writeUntilAcknowledged(ids, n + writer.length);
      this.entries.push({ ids, outcome: isAcknowledged ? 'acknowledged' : 'unknown' });
      if (isAcknowledged) this.#acknowledged += count;
    }
  }

  /** Goes from node to node with the same write, as the official clients do. False when it was stopped meanwhile. */
  async #writeUntilAcknowledged(ids: readonly string[], first: number): Promise<boolean> {
    for (let attempt = 0; !this.#isStopped; attempt++) {
      const targets = this.#targets();
      const target = targets[(first + attempt) % targets.length];
      const [id = ''] = ids;
      if (
        target !== undefined &&
        (await (ids.length === 1 ? this.#put(target, id) : this.#batch(target, ids)))
      ) {
        return true;
      }
      // A node that refuses at once must not make the writer spin.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  #put(target: RavenNode, id: string): Promise<boolean> {
    const path = `/databases/${this.#database}/docs?id=${encodeURIComponent(id)}`;
    return this.#send(target, 'PUT', path, JSON.stringify(documentFor(id)));
  }

  #batch(target: RavenNode, ids: readonly string[]): Promise<boolean> {
    const Commands = ids.map((Id) => ({ Id, ChangeVector: null, Document: documentFor(Id), Type: 'PUT' }));
    return this.#send(target, 'POST', `/databases/${this.#database}/bulk_docs`, JSON.stringify({ Commands }));
  }

  /** Resolves with whether the node said 201. */
  #send(target: RavenNode, method: string, path: string, body: string): Promise<boolean> {
    return new Promise((resolve) => {
      const sent = request(target.url + path, {
        agent: this.#agent,
        method,
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
        timeout: WRITE_TIMEOUT_MS,
      });
      sent.on('response', (response: IncomingMessage) => {
        response.resume();
        // Only a whole answer counts: a client that loses the connection half way has not been told.
        response.once('end', () => resolve(response.statusCode === 201));
        response.once('error', () => resolve(false));
        response.once('close', () => resolve(false));
      });
      sent.on('timeout', () => sent.destroy());
      sent.on('error', () => resolve(false));
      sent.end(body);
    });
  }
}

export interface LedgerDocument {
  readonly Text: string;
  readonly Digest: string;
  readonly '@metadata': { readonly '@collection': 'Writes' };
}

/** The document that belongs to an id; it carries a digest of itself. */
export function documentFor(id: string): LedgerDocument {
  const Text = `${id} `.repeat(8);
  return { Text, Digest: digestOf(id, Text), '@metadata': { '@collection': 'Writes' } };
}

function digestOf(id: string, text: string): string {
  return createHash('sha1').update(`${id}\n${text}`).digest('base64');
}

/** Whether a stored document is whole. */
export function isIntact(id: string, document: Record<string, unknown>): boolean {
  const expected = documentFor(id);
  return document.Text === expected.Text && document.Digest === digestOf(id, String(document.Text));
}
