import type { MicroOperation } from '../checkers/list-append.ts';
import { type Client, type Outcome, untilRead, type Workload } from './workload.ts';

const ACTIVE_KEYS = 6;
const OPERATIONS_PER_TRANSACTION = 4;
/** Appends to one key before another takes its place: lists stay short. */
const APPENDS_PER_KEY = 24;
/** Keys that one of the last reads reads. */
const KEYS_PER_FINAL_READ = 12;

/** Does what was asked, in one transaction; in `ok` the value has what was read. */
export type Transact = (client: Client, asked: readonly MicroOperation[]) => Promise<Outcome>;

export interface AppendOptions {
  readonly name: string;
  readonly transact: Transact;
  readonly clients?: number;
  readonly setUp?: (client: Client) => Promise<void>;
  readonly close?: () => void;
}

/** Transactions that read lists and append to them; which, is by chance. */
export function appendWorkload({ name, transact, clients = 5, ...rest }: AppendOptions): Workload {
  const keys = new KeySupply(name);
  const perform = (client: Client, asked: readonly MicroOperation[]) =>
    client.perform({ f: 'txn', value: asked }, () => transact(client, asked));
  return {
    ...rest,
    name,
    clients,
    step: async (client) => {
      await perform(client, keys.transaction(client));
    },
    finish: async (client) => {
      const all = keys.used;
      for (let at = 0; at < all.length; at += KEYS_PER_FINAL_READ) {
        const asked = all.slice(at, at + KEYS_PER_FINAL_READ).map((key): MicroOperation => ['r', key, null]);
        await untilRead('a read of all lists', () => perform(client, asked));
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
