import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestText } from './harness/http-json.ts';
import { isLinearizable, type RegisterOperation } from './harness/linearizability.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import { waitUntil } from './harness/wait-until.ts';

const KEYS = ['x', 'y', 'z'];
const CLIENTS = 6;
const KILLS = 2;
/** Operations that must be answered between two faults. */
const PROGRESS = 50;
const ATTEMPT_TIMEOUT_MS = 2_000;

let cluster: RavenCluster;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
  await cluster.createDatabase('registers', 3);
});
afterAll(() => cluster.dispose());

interface Row {
  readonly Index: number;
  readonly Value: { readonly Object: string } | null;
}

/** One client: reads a register through any node, then sets it from what it saw, through any other. */
class RegisterClient {
  readonly #number: number;
  readonly #histories: ReadonlyMap<string, RegisterOperation[]>;
  #count = 0;

  constructor(number: number, histories: ReadonlyMap<string, RegisterOperation[]>) {
    this.#number = number;
    this.#histories = histories;
  }

  async once(key: string): Promise<void> {
    const before = await this.#read(key);
    if (before === undefined) return;
    const expected = before?.Value?.Object ?? null;
    const written = `${this.#number}-${++this.#count}`;
    const startMs = performance.now();
    const answer = await this.#send('PUT', `key=${key}&index=${before?.Index ?? 0}`, { Object: written });
    if (answer === undefined) {
      this.#note(key, { kind: 'set', startMs, endMs: Number.POSITIVE_INFINITY, expected, written });
      return;
    }
    const { Value, Successful } = JSON.parse(answer) as Row & { readonly Successful: boolean };
    const endMs = performance.now();
    if (Successful) this.#note(key, { kind: 'set', startMs, endMs, expected, written });
    else this.#note(key, { kind: 'refused', startMs, endMs, expected, seen: Value?.Object ?? null });
  }

  /** null: missing; undefined: no answer, which says nothing. */
  async #read(key: string): Promise<Row | null | undefined> {
    const startMs = performance.now();
    const answer = await this.#send('GET', `key=${key}&key=none`);
    if (answer === undefined) return undefined;
    const [row] = (JSON.parse(answer) as { readonly Results: readonly Row[] }).Results;
    const found = row === undefined || row.Index < 0 ? null : row;
    const seen = found?.Value?.Object ?? null;
    this.#note(key, { kind: 'read', startMs, endMs: performance.now(), seen });
    return found;
  }

  #send(method: string, query: string, body?: unknown): Promise<string | undefined> {
    const node = cluster.nodes[Math.floor(Math.random() * cluster.nodes.length)];
    if (node === undefined || !node.isRunning) return Promise.resolve(undefined);
    const url = `${node.url}/databases/registers/cmpxchg?${query}`;
    return requestText(method, url, { timeoutMs: ATTEMPT_TIMEOUT_MS, body }).catch(() => undefined);
  }

  #note(key: string, operation: RegisterOperation): void {
    this.#histories.get(key)?.push(operation);
  }
}

it(`compare-exchange values are linearizable registers, through every node and ${KILLS} kills`, async () => {
  const histories = new Map(KEYS.map((key) => [key, [] as RegisterOperation[]]));
  const count = () => [...histories.values()].reduce((sum, { length }) => sum + length, 0);
  let isStopped = false;
  const clients = Array.from({ length: CLIENTS }, async (_, number) => {
    const client = new RegisterClient(number, histories);
    for (let turn = number; !isStopped; turn++) {
      await client.once(KEYS[turn % KEYS.length] ?? 'x');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  const progress = (what: string) => {
    const target = count() + PROGRESS;
    return waitUntil(what, () => count() >= target);
  };
  for (let kill = 0; kill < KILLS; kill++) {
    await progress('operations before a kill');
    const leader = await cluster.leader();
    const victim = kill % 2 === 0 ? leader : (cluster.nodes.find((node) => node !== leader) ?? leader);
    await victim.kill();
    await progress('operations without it');
    await victim.start();
  }
  await progress('operations after the last kill');
  isStopped = true;
  await Promise.all(clients);
  for (const [key, history] of histories) {
    expect({ key, isLinearizable: isLinearizable(history) }).toEqual({ key, isLinearizable: true });
  }
});
