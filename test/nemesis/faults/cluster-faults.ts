import { setTimeout as delay } from 'node:timers/promises';
import type { RavenNode } from '../../processes/harness/raven-node.ts';
import { addCopy, askToRemoveCopy, removeCopy } from './database-copies.ts';
import type { Fault, Injected } from './fault.ts';
import type { Field } from './field.ts';

/** Longer than a write waits for copies. */
const ALONE_MS = 2_500;

const administrative = { isAdministrative: true, losesDisks: false } as const;

type Role = 'Members' | 'Promotables' | 'Watchers' | 'AllNodes';

async function hasRole(field: Field, tag: string, role: Role): Promise<boolean> {
  const leader = await field.cluster.leader(field.free.filter((node) => node.isRunning));
  return tag in (await leader.topology()).Topology[role];
}

/** A node loses its vote; or one more joins, with a vote or without; or one takes the place of another. */
export const membership: Fault = {
  ...administrative,
  inject: (field) => field.random.pick([demote, grow, replace])?.(field) ?? Promise.resolve(null),
};

async function demote(field: Field): Promise<Injected | null> {
  const victim = field.random.pick(field.free);
  if (victim === undefined) return null;
  const tag = field.tagOf(victim);
  // Refused for the leader, and without a majority.
  await field
    .administer('POST', `/admin/cluster/demote?nodeTag=${tag}`, { attempts: 1 })
    .catch(() => undefined);
  return {
    what: { demote: tag },
    heal: () =>
      field.bringAbout(
        `node ${tag} to be a voter again`,
        () => hasRole(field, tag, 'Members'),
        () => field.administer('POST', `/admin/cluster/promote?nodeTag=${tag}`),
      ),
  };
}

async function grow(field: Field): Promise<Injected> {
  const node = await field.cluster.startNode();
  const isWatcher = field.random.chance(0.5);
  const url = encodeURIComponent(node.publicUrl);
  const path = `/admin/cluster/node?url=${url}${isWatcher ? '&watcher=true' : ''}`;
  const join = () => field.administer('PUT', path, { attempts: 1 });
  await join().catch(() => undefined);
  return {
    what: { add: node.publicUrl, isWatcher },
    heal: async () => {
      // Whether the first request was taken is not known everywhere; after this it was.
      const tag = await joined(field, node, join);
      await field.bringAbout(
        `node ${tag} to be gone`,
        async () => !(await hasRole(field, tag, 'AllNodes')),
        () => field.administer('DELETE', `/admin/cluster/node?nodeTag=${tag}`),
      );
      field.forget(node);
      await field.cluster.discard(node);
    },
  };
}

/** As an administrator does it who loses nothing: the copy first, then the node. */
async function replace(field: Field): Promise<Injected | null> {
  const victim = field.random.pick(field.free.filter((node) => node !== field.disk?.node));
  if (victim === undefined) return null;
  const tag = field.tagOf(victim);
  const node = await field.cluster.startNode();
  const join = () => {
    const url = encodeURIComponent(node.publicUrl);
    return field.administer('PUT', `/admin/cluster/node?url=${url}&watcher=true`, { attempts: 1 });
  };
  await join().catch(() => undefined);
  return {
    what: { replace: tag },
    heal: async () => {
      await joined(field, node, join);
      await addCopy(field, node);
      await removeCopy(field, victim);
      await takePlace(field, node, victim);
    },
  };
}

/** A disk is lost for good, and with it whatever it alone had; another node takes its place. */
export const loss: Fault = {
  isAdministrative: true,
  losesDisks: true,
  inject: async (field) => {
    const [victim] = await field.take(1);
    if (victim === undefined || victim === field.disk?.node) {
      if (victim !== undefined) field.release([victim]);
      return null;
    }
    const isAlone = field.random.chance(0.5);
    if (isAlone) await beAlone(field, victim);
    await victim.kill();
    await victim.wipe();
    for (const node of field.cluster.nodes) node.heal();
    return {
      what: { lost: field.tagOf(victim), isAlone },
      heal: async () => {
        const node = await field.cluster.startNode();
        await takePlace(field, node, victim);
        await addCopy(field, node);
      },
    };
  },
};

/** Cut off for a while, in which clients still reach it: what it takes then nobody else has. */
async function beAlone(field: Field, victim: RavenNode): Promise<void> {
  const others = field.cluster.nodes.filter((node) => node !== victim && field.tagOf(node) !== '');
  victim.cutFrom(others.map(field.tagOf));
  for (const node of others) node.cutFrom([field.tagOf(victim)]);
  await delay(ALONE_MS);
}

/** The database group loses a copy, and gets it back. */
export const group: Fault = {
  ...administrative,
  inject: async (field) => {
    const victim = field.random.pick(field.free);
    if (victim === undefined) return null;
    await askToRemoveCopy(field, victim).catch(() => undefined);
    return {
      what: [field.tagOf(victim)],
      heal: async () => {
        await removeCopy(field, victim);
        await addCopy(field, victim);
      },
    };
  },
};

async function joined(field: Field, node: RavenNode, join: () => Promise<unknown>): Promise<string> {
  await field.bringAbout(
    'a new node to have joined',
    async () => (await node.topology()).NodeTag !== '?',
    join,
  );
  return field.learnTag(node);
}

async function takePlace(field: Field, node: RavenNode, old: RavenNode): Promise<void> {
  const tag = field.tagOf(old);
  const url = encodeURIComponent(node.publicUrl);
  await field.bringAbout(
    `a new node to take the place of ${tag}`,
    async () => !(await hasRole(field, tag, 'AllNodes')),
    () => field.administer('PUT', `/admin/cluster/node?url=${url}&replaces=${tag}`),
  );
  const own = await field.learnTag(node);
  await field.bringAbout(
    `node ${own} to be a voter`,
    () => hasRole(field, own, 'Members'),
    () => field.administer('POST', `/admin/cluster/promote?nodeTag=${own}`),
  );
  field.forget(old);
  await field.cluster.discard(old);
}
