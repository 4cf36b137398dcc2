import type { MicroOperation } from '../checkers/list-append.ts';
import { clusterWideBatch, loadClusterWide } from './cluster-wide.ts';
import { type Client, failed, type Outcome, untilRead, type Workload, written } from './workload.ts';

const ACTIVE_KEYS = 6;
const OPERATIONS_PER_TRANSACTION = 4;
/** Appends to one key before another takes its place: lists stay short. */
const APPENDS_PER_KEY = 24;
/** Keys that one of the last reads reads. */
const KEYS_PER_FINAL_READ = 12;

export interface AppendOptions {
  readonly name: string;
  /** Whether what is only read is checked when the transaction is saved, and transactions that only read are saved. */
  readonly checksReads: boolean;
}

/** Lists in documents, read and appended to by cluster-wide transactions whose loads go to any nodes. */
export function appendWorkload({ name, checksReads }: AppendOptions): Workload {
  const keys = new KeySupply(name);
  return {
    name,
    clients: 5,
    step: async (client) => {
      await transact(client, { asked: keys.transaction(client), name, checksReads });
    },
    finish: async (client) => {
      const all = keys.used;
      for (let at = 0; at < all.length; at += KEYS_PER_FINAL_READ) {
        const asked = all.slice(at, at + KEYS_PER_FINAL_READ).map((key): MicroOperation => ['r', key, null]);
        await untilRead('a read of all lists', () => transact(client, { asked, name, checksReads }));
      }
    },
  };
}

class KeySupply {
  readonly #prefix: string;
  readonly #appends = new Map<string, number>();
  #first = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get used(): readonly string[] {
    return [...this.#appends.keys()];
  }

  transaction({ random }: Client): readonly MicroOperation[] {
    const count = random.between(1, OPERATIONS_PER_TRANSACTION);
    return Array.from({ length: count }, (): MicroOperation => {
      const number = this.#first + random.between(0, ACTIVE_KEYS - 1);
      const key = `${this.#prefix}/${number}`;
      const appends = this.#appends.get(key) ?? 0;
      if (random.chance(0.5)) return ['r', key, null];
      this.#appends.set(key, appends + 1);
      if (appends + 1 >= APPENDS_PER_KEY) this.#first = Math.max(this.#first, number + 1);
      return ['append', key, appends + 1];
    });
  }
}

interface Transaction {
  readonly asked: readonly MicroOperation[];
  readonly name: string;
  readonly checksReads: boolean;
}

interface Loaded {
  readonly changeVector: string;
  list: readonly number[];
  isChanged: boolean;
}

function transact(client: Client, { asked, checksReads }: Transaction): Promise<Outcome> {
  return client.perform({ f: 'txn', value: asked }, async () => {
    const session = new Map<string, Loaded>();
    const done: MicroOperation[] = [];
    for (const operation of asked) {
      const [f, key, element] = operation;
      const loaded = session.get(key) ?? (await load(client, key));
      if ('error' in loaded) return failed(loaded);
      session.set(key, loaded);
      if (f === 'append') {
        loaded.list = [...loaded.list, element];
        loaded.isChanged = true;
        done.push(operation);
      } else done.push(['r', key, loaded.list]);
    }
    const entries = [...session];
    const writes = entries
      .filter(([, { isChanged }]) => isChanged)
      .map(([id, { list, changeVector }]) => ({ id, content: { Elements: list }, changeVector }));
    if (writes.length === 0 && !checksReads) return { type: 'ok', value: done };
    const reads = entries
      .filter(([, { isChanged }]) => !isChanged)
      .map(([id, { changeVector }]) => [id, changeVector] as const);
    const batch = clusterWideBatch(writes, checksReads ? Object.fromEntries(reads) : {});
    return written(await client.site.askUntilKnown(client.random, batch), done);
  });
}

async function load(client: Client, key: string) {
  const found = await loadClusterWide(client, [key]);
  if ('error' in found) return found;
  const [document = null] = found.documents;
  const list = (document?.content.Elements ?? []) as readonly number[];
  return { list, changeVector: document?.changeVector ?? '', isChanged: false };
}
