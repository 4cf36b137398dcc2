import type { RavenNode } from '../../processes/harness/raven-node.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import type { Begun, Ended, History } from '../history/history.ts';
import { ask, askUntilKnown, type Question, type Reply } from './ask.ts';
import type { Routing } from './routing.ts';

export interface SiteOptions {
  readonly history: History;
  readonly database: string;
  readonly routing: Routing;
}

/** Where clients find the cluster, and write down what they do. */
export class Site {
  readonly history: History;
  readonly database: string;
  readonly #routing: Routing;

  constructor({ history, database, routing }: SiteOptions) {
    this.history = history;
    this.database = database;
    this.#routing = routing;
  }

  /** The nodes that serve the database, as clients are told. */
  get members(): readonly RavenNode[] {
    return this.#routing.targets;
  }

  /** Asks one member, that at `url` or one chosen by chance. */
  ask(random: SeededRandom, question: Question, url?: string): Promise<Reply> {
    const node = random.pick(this.members.filter((member) => url === undefined || member.url === url));
    if (node === undefined) return Promise.resolve({ type: 'refused', error: 'no node to ask', node: '' });
    return ask(node, this.database, question);
  }

  /** Asks members, chosen by chance, until one knows; the question must carry a request id. */
  askUntilKnown(random: SeededRandom, question: Question): Promise<Reply> {
    const pick = () => random.pick(this.members);
    return askUntilKnown(random, pick, { database: this.database, question });
  }
}

/** How an operation ended. */
export type Outcome = { readonly type: 'ok' | 'fail' | 'info' } & Ended;

export interface Asked {
  readonly f: string;
  readonly value: unknown;
  readonly key?: string;
}

/** One client, which does one thing after the other. */
export class Client {
  readonly site: Site;
  readonly random: SeededRandom;
  readonly #workload: string;
  #process: number;

  constructor(site: Site, workload: string, random: SeededRandom) {
    this.site = site;
    this.random = random;
    this.#workload = workload;
    this.#process = site.history.newProcess();
  }

  get process(): number {
    return this.#process;
  }

  /** Writes an operation down, from its beginning to its end. Nobody knowing how it ended is the end of the process. */
  async perform(asked: Asked, action: () => Promise<Outcome>): Promise<Outcome> {
    const { history } = this.site;
    const begun: Begun = history.invoke({ workload: this.#workload, process: this.#process, ...asked });
    const outcome = await action();
    const { type, ...ended } = outcome;
    history.end(type, begun, ended);
    if (type === 'info') this.#process = history.newProcess();
    return outcome;
  }
}

export interface Workload {
  readonly name: string;
  /** Clients at work at once. */
  readonly clients: number;
  /** Before the first fault; throws when it is not done in time. */
  readonly setUp?: (client: Client) => Promise<void>;
  /** One step of one client: one operation, or a few that belong together. */
  readonly step: (client: Client) => Promise<void>;
  /** Reads what is there in the end, of all members, once they are healed and equal. */
  readonly finish?: (client: Client) => Promise<void>;
  /** After all that, however it went. */
  readonly close?: () => void;
}

/** A read that changes nothing: without an answer it failed. */
export function failed({ error, node }: { readonly error: string; readonly node: string }): Outcome {
  return { type: 'fail', error, node };
}

/** A write: unless it was refused nobody knows. */
export function written(reply: Reply, value?: unknown): Outcome {
  if (reply.type === 'ok') return { type: 'ok', node: reply.node, ...(value === undefined ? {} : { value }) };
  return { type: reply.type === 'refused' ? 'fail' : 'info', error: reply.error, node: reply.node };
}

/** Longest time for one of the last reads, of members that are all well by then. */
const FINAL_READ_TIMEOUT_MS = 60_000;

/** The last reads must be answered, or what was acknowledged would not be looked for. Throws when one is not in time. */
export async function untilRead(what: string, read: () => Promise<Outcome>): Promise<void> {
  await waitUntil(
    what,
    async () => {
      const outcome = await read();
      if (outcome.type !== 'ok') throw new Error(outcome.error);
      return true;
    },
    FINAL_READ_TIMEOUT_MS,
  );
}
