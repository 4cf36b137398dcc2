import { requestJson } from '../../processes/harness/http-json.ts';
import type { RavenNode } from '../../processes/harness/raven-node.ts';
import type { Field } from './field.ts';

interface ShownRecord {
  readonly Topology: {
    readonly Members: readonly string[];
    readonly Promotables: readonly string[];
    readonly Rehabs: readonly string[];
  };
  readonly DeletionInProgress?: Readonly<Record<string, unknown>>;
}

/** The record as the leader has it. */
async function record(field: Field): Promise<ShownRecord> {
  const leader = await field.cluster.leader(field.free.filter((node) => node.isRunning));
  return requestJson('GET', `${leader.url}/admin/databases?name=${field.database}`);
}

/** Gives a node a copy, and waits until it is a member. */
export async function addCopy(field: Field, node: RavenNode): Promise<void> {
  const tag = field.tagOf(node);
  const path = `/admin/databases/node?name=${field.database}&node=${tag}`;
  await field.bringAbout(
    `node ${tag} to be a member of the database group`,
    async () => (await record(field)).Topology.Members.includes(tag),
    async () => {
      const { Members, Promotables, Rehabs } = (await record(field)).Topology;
      if (![...Members, ...Promotables, ...Rehabs].includes(tag)) await field.administer('PUT', path);
    },
  );
}

/** Takes the copy from a node, and waits until the node has handed over and says that it has none any more. */
export async function removeCopy(field: Field, node: RavenNode): Promise<void> {
  const tag = field.tagOf(node);
  await field.bringAbout(
    `node ${tag} to have no copy any more`,
    async () => {
      const { Topology, DeletionInProgress = {} } = await record(field);
      const { Members, Promotables, Rehabs } = Topology;
      return ![...Members, ...Promotables, ...Rehabs, ...Object.keys(DeletionInProgress)].includes(tag);
    },
    () => askToRemoveCopy(field, node),
  );
}

export async function askToRemoveCopy(field: Field, node: RavenNode): Promise<void> {
  await field.administer('DELETE', '/admin/databases', {
    body: {
      DatabaseNames: [field.database],
      HardDelete: true,
      FromNodes: [field.tagOf(node)],
      TimeToWaitForConfirmation: '00:00:01',
    },
  });
}
