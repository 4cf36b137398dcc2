import { requestJson } from '../../processes/harness/http-json.ts';
import type { RavenNode } from '../../processes/harness/raven-node.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import type { Finding } from './finding.ts';

/** Longest time until the leader has compared the states of all nodes, in milliseconds. */
const COMPARISON_TIMEOUT_MS = 60_000;

/** Longest time to read one copy, in milliseconds. */
const READ_TIMEOUT_MS = 60_000;

/** Differing documents that one finding names. */
const NAMED_MAX = 5;

/** What the leader tells of each node, by tag. */
export type MaintenanceStats = Readonly<
  Record<
    string,
    {
      readonly AppliedIndex: number | null;
      readonly StateDiffersAt: number | null;
      readonly StateComparedAt: number | null;
    }
  >
>;

/**
 * Waits until the leader has compared the replicated states of all nodes at a place of the log that is not before now, and
 * gives those that differ. Throws when it does not get to it in time.
 */
export async function compareStates(look: () => Promise<MaintenanceStats>): Promise<readonly Finding[]> {
  let from: number | undefined;
  const compared = await waitUntil(
    'the leader to have compared the states of all nodes',
    async () => {
      const stats = await look();
      from ??= Math.max(...Object.values(stats).map(({ AppliedIndex }) => AppliedIndex ?? 0));
      const late = Object.entries(stats).filter(([, node]) => (node.StateComparedAt ?? -1) < (from ?? 0));
      if (late.length > 0) throw new Error(`not at ${from} or later yet: ${JSON.stringify(late)}`);
      return stats;
    },
    COMPARISON_TIMEOUT_MS,
  );
  return Object.entries(compared).flatMap(([tag, { StateDiffersAt }]) => {
    if (StateDiffersAt === null) return [];
    const explanation = `the replicated state of node ${tag} is not the leader's at entry ${StateDiffersAt} of the log`;
    return [{ anomaly: 'state-differs', explanation }];
  });
}

/** Reads every copy whole: all must hold the same documents, metadata included. */
export async function compareDocuments(
  members: readonly Pick<RavenNode, 'url'>[],
  database: string,
): Promise<readonly Finding[]> {
  const [first, ...others] = await Promise.all(
    members.map(async ({ url }) => ({ url, documents: await readCopy(url, database) })),
  );
  if (first === undefined) return [];
  return others.flatMap(({ url, documents }) => {
    const ids = new Set([...first.documents.keys(), ...documents.keys()]);
    const differing = [...ids].filter((id) => first.documents.get(id) !== documents.get(id));
    if (differing.length === 0) return [];
    const shown = differing.slice(0, NAMED_MAX).map((id) => {
      return `${id}: ${first.documents.get(id) ?? 'is missing'} / ${documents.get(id) ?? 'is missing'}`;
    });
    const explanation = `${differing.length} documents are not the same at ${first.url} and ${url}: ${shown.join('; ')}`;
    return [{ anomaly: 'copies-differ', explanation }];
  });
}

interface ShownDocument {
  readonly '@metadata': { readonly '@id': string };
}

/** By id, the text of each document. */
async function readCopy(url: string, database: string): Promise<ReadonlyMap<string, string>> {
  const { Results } = await requestJson<{ readonly Results: readonly ShownDocument[] }>(
    'GET',
    `${url}/databases/${database}/streams/docs`,
    { timeoutMs: READ_TIMEOUT_MS },
  );
  return new Map(Results.map((document) => [document['@metadata']['@id'], JSON.stringify(document)]));
}
