import type { MicroOperation } from '../checkers/list-append.ts';
import { appendWorkload } from './append.ts';
import { errorName, OfficialClient } from './official-client.ts';
import { failed, type Outcome, type Workload } from './workload.ts';

interface Listed {
  elements: number[];
}

/** Lists in documents, by cluster-wide sessions of the official client, as an application has them. */
export function clusterSessionWorkload(name: string): Workload {
  const official = new OfficialClient();
  return appendWorkload({
    name,
    clients: 3,
    setUp: async ({ site }) => official.open(site),
    close: official.close,
    transact: (_, asked) => transact(official, asked),
  });
}

async function transact(official: OfficialClient, asked: readonly MicroOperation[]): Promise<Outcome> {
  const session = official.session({ transactionMode: 'ClusterWide' });
  const done: MicroOperation[] = [];
  let isChanged = false;
  try {
    for (const operation of asked) {
      const [f, key, element] = operation;
      let loaded = (await session.load(key)) as Listed | null;
      if (f === 'r') {
        done.push(['r', key, [...(loaded?.elements ?? [])]]);
        continue;
      }
      if (loaded === null) {
        loaded = { elements: [] };
        await session.store(loaded, key);
      }
      loaded.elements.push(element);
      isChanged = true;
      done.push(operation);
    }
  } catch (error) {
    // Loading changes nothing.
    return failed({ error: errorName(error), node: '' });
  }
  if (!isChanged) return { type: 'ok', value: done };
  const outcome = await official.save(session);
  return outcome.type === 'ok' ? { ...outcome, value: done } : outcome;
}
