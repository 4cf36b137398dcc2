import { DocumentStore, type IDocumentSession } from 'ravendb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestJson } from './harness/http-json.ts';
import { RavenCluster } from './harness/raven-cluster.ts';
import type { RavenNode } from './harness/raven-node.ts';
import { waitUntil } from './harness/wait-until.ts';

const DATABASE = 'bank';
const ACCOUNTS = 4;
const OPENING_BALANCE = 1000;
const CLIENTS = 3;
const KILLS = 2;
/** Transfers that must be acknowledged between two faults. */
const PROGRESS = 12;

class Account {
  balance = OPENING_BALANCE;
}

class Transfer {
  from = '';
  to = '';
  amount = 0;
}

let cluster: RavenCluster;
let store: DocumentStore;

beforeAll(async () => {
  cluster = await RavenCluster.start(3);
  await cluster.createDatabase(DATABASE, 3);
  store = new DocumentStore(
    cluster.nodes.map(({ url }) => url),
    DATABASE,
  );
  store.initialize();
  const session = store.openSession({ transactionMode: 'ClusterWide' });
  for (let i = 0; i < ACCOUNTS; i++) await session.store(new Account(), `accounts/${i}`);
  await session.saveChanges();
});
afterAll(async () => {
  store.dispose();
  await cluster.dispose();
});

async function transfer(session: IDocumentSession, id: string, pick: number): Promise<void> {
  const from = `accounts/${pick % ACCOUNTS}`;
  const to = `accounts/${(pick + 1) % ACCOUNTS}`;
  const accounts = await session.load<Account>([from, to], Account);
  const [source, target] = [accounts[from], accounts[to]];
  if (!source || !target) throw new Error('An account is missing.');
  const amount = 1 + (pick % 7);
  source.balance -= amount;
  target.balance += amount;
  await session.store(Object.assign(new Transfer(), { from, to, amount }), id);
  await session.saveChanges();
}

interface Held {
  readonly balances: Readonly<Record<string, number>>;
  readonly transfers: Readonly<Record<string, Transfer>>;
  readonly vectors: Readonly<Record<string, string>>;
}

async function heldBy(node: RavenNode): Promise<Held> {
  const url = `${node.url}/databases/${DATABASE}/docs?startsWith=&pageSize=100000`;
  const { Results } = await requestJson<{
    readonly Results: readonly (Record<string, unknown> & {
      readonly '@metadata': Readonly<Record<string, string>>;
    })[];
  }>('GET', url);
  const rows = Results.map((row) => [row['@metadata']['@id'] ?? '', row] as const);
  const of = (prefix: string) => rows.filter(([id]) => id.startsWith(prefix));
  return {
    balances: Object.fromEntries(of('accounts/').map(([id, row]) => [id, Number(row.balance)])),
    transfers: Object.fromEntries(of('transfers/').map(([id, row]) => [id, row as unknown as Transfer])),
    vectors: Object.fromEntries(rows.map(([id, row]) => [id, row['@metadata']['@change-vector'] ?? ''])),
  };
}

it(`keeps transfers whole and each of them once on every copy, by the official client and through ${KILLS} kills`, async () => {
  const acknowledged: string[] = [];
  let isStopped = false;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = 0; !isStopped; turn++) {
      const id = `transfers/${client}-${turn}`;
      const session = store.openSession({ transactionMode: 'ClusterWide' });
      // A refusal is one for good; whatever else goes wrong leaves it open whether it happened.
      await transfer(session, id, client + turn).then(
        () => acknowledged.push(id),
        () => undefined,
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  const progress = (what: string) => {
    const target = acknowledged.length + PROGRESS;
    return waitUntil(what, () => acknowledged.length >= target);
  };
  for (let kill = 0; kill < KILLS; kill++) {
    await progress('transfers before a kill');
    const leader = await cluster.leader();
    const victim = kill % 2 === 0 ? leader : (cluster.nodes.find((node) => node !== leader) ?? leader);
    await victim.kill();
    await progress('transfers without it');
    await victim.start();
  }
  await progress('transfers after the last kill');
  isStopped = true;
  await Promise.all(clients);

  const held = await waitUntil('all copies to be equal', async () => {
    const all = await Promise.all(cluster.nodes.map(heldBy));
    const texts = new Set(all.map((one) => JSON.stringify(Object.entries(one.vectors).sort())));
    return texts.size === 1 ? all : undefined;
  });
  for (const { balances, transfers } of held) {
    expect(Object.keys(transfers)).toEqual(expect.arrayContaining(acknowledged));
    const expected = Object.fromEntries(
      Array.from({ length: ACCOUNTS }, (_, i) => [`accounts/${i}`, OPENING_BALANCE]),
    );
    for (const { from, to, amount } of Object.values(transfers)) {
      expected[from] = (expected[from] ?? 0) - amount;
      expected[to] = (expected[to] ?? 0) + amount;
    }
    expect(balances).toEqual(expected);
  }
});
