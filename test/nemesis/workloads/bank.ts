import { waitUntil } from '../../processes/harness/wait-until.ts';
import { clusterWideBatch, loadClusterWide } from './cluster-wide.ts';
import { type Client, failed, type Outcome, untilRead, type Workload, written } from './workload.ts';

const ACCOUNTS = ['a', 'b', 'c', 'd', 'e'];
const OPENING_BALANCE = 20;
const AMOUNT_MAX = 9;

/** What all accounts have together, always. */
export const BANK_TOTAL = ACCOUNTS.length * OPENING_BALANCE;

const idOf = (account: string) => `bank/${account}`;

/** Transfers in cluster-wide transactions, and reads of all accounts in one request, through any nodes. */
export function bankWorkload(): Workload {
  return {
    name: 'bank',
    clients: 4,
    setUp: async (client) => {
      const opened = ACCOUNTS.map((account) => ({
        id: idOf(account),
        content: { Balance: OPENING_BALANCE },
        changeVector: '',
      }));
      const batch = clusterWideBatch(opened);
      await waitUntil('the accounts to be opened', async () => {
        return (await client.site.askUntilKnown(client.random, batch)).type === 'ok';
      });
      // Elsewhere they may still be missing.
      for (const member of client.site.members) {
        await waitUntil('the accounts to be everywhere', async () => {
          const ids = ACCOUNTS.map((account) => `id=${encodeURIComponent(idOf(account))}`).join('&');
          return !(await member.get(`/databases/${client.site.database}/docs?${ids}`)).includes('[null');
        });
      }
    },
    step: async (client) => {
      if (client.random.chance(0.5)) await readAll(client);
      else await transfer(client);
    },
    finish: async (client) => {
      for (const member of client.site.members) {
        await untilRead('a read of all accounts', () => readAll(client, member.url));
      }
    },
  };
}

/** `url`: of a certain member; without it of any. */
function readAll(client: Client, url?: string): Promise<Outcome> {
  return client.perform({ f: 'read', value: null }, async () => {
    const loaded = await loadClusterWide(client, ACCOUNTS.map(idOf), url);
    if ('error' in loaded) return failed(loaded);
    const balances = ACCOUNTS.map((account, at) => {
      return [account, Number(loaded.documents[at]?.content.Balance ?? 0)] as const;
    });
    return { type: 'ok', value: Object.fromEntries(balances), node: loaded.node };
  });
}

async function transfer(client: Client): Promise<void> {
  const { random } = client;
  const from = random.pick(ACCOUNTS) ?? '';
  const to = random.pick(ACCOUNTS.filter((other) => other !== from)) ?? '';
  const amount = random.between(1, AMOUNT_MAX);
  await client.perform({ f: 'transfer', value: { from, to, amount } }, async () => {
    const loaded = await loadClusterWide(client, [idOf(from), idOf(to)]);
    if ('error' in loaded) return failed(loaded);
    const [source, target] = loaded.documents;
    if (!source || !target) return failed({ error: 'an account is missing', node: loaded.node });
    const balance = Number(source.content.Balance) - amount;
    if (balance < 0) return failed({ error: 'not enough money', node: loaded.node });
    const batch = clusterWideBatch([
      { id: idOf(from), content: { Balance: balance }, changeVector: source.changeVector },
      {
        id: idOf(to),
        content: { Balance: Number(target.content.Balance) + amount },
        changeVector: target.changeVector,
      },
    ]);
    return written(await client.site.askUntilKnown(random, batch));
  });
}
