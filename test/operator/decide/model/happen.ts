import {
  DRAIN_ANNOTATION,
  PAUSED_ANNOTATION,
  RECOVER_ANNOTATION,
} from '../../../../operator/api/annotations.ts';
import { forgottenMemory } from '../../../../operator/decide/memory.ts';
import { tagOfOrdinal } from '../../../../operator/decide/node-tag.ts';
import { GOOD_PASS, type ModelOperator } from './model-operator.ts';
import type { Person } from './person.ts';
import type { ModelEvent } from './scenario.ts';
import type { World } from './world.ts';

/** Machines that may be gone for ever in one scenario. */
const DESTROYED_MAX = 3;

export interface Stage {
  readonly world: World;
  readonly operator: ModelOperator;
  readonly person: Person;
}

/** Lets an event happen. */
export function happen(event: ModelEvent, stage: Stage): void {
  const { world, operator, person } = stage;
  const { nodes } = world;
  switch (event.type) {
    case 'pass': {
      // An operator that can't see a quorum that is there would believe a person who can't see it either.
      const isToRecover = operator.cluster.metadata.annotations?.[RECOVER_ANNOTATION] !== undefined;
      operator.pass(isToRecover ? { ...event, silent: [] } : event);
      return;
    }
    case 'work':
      for (let round = 0; round < event.rounds; round += 1) {
        operator.pass(GOOD_PASS);
        world.pass(1_000);
        world.settle();
      }
      return;
    case 'settle':
    case 'wait':
      world.pass(event.ms);
      world.settle();
      return;
    case 'spread':
      world.rachis.spread();
      return;
    case 'kill':
      if (nodes.has(event.ordinal)) world.keeper.kill(event.ordinal);
      return;
    case 'wipe':
      wipeIfSurvivable(world, event.ordinal);
      return;
    case 'isolate':
      if (nodes.has(event.ordinal)) nodes.at(event.ordinal).isolated = true;
      return;
    case 'heal':
      for (const node of nodes.all) node.isolated = false;
      return;
    case 'rehab':
      if (world.rachis.hasQuorum()) world.databases.rehabilitate();
      return;
    case 'config':
      world.keeper.revise();
      return;
    case 'late':
      world.deliverLate();
      return;
    case 'forget':
      operator.memory = forgottenMemory(world.nowMs);
      return;
    case 'hibernate':
    case 'wake':
      operator.edit({ ...operator.cluster.spec, hibernated: event.type === 'hibernate' });
      return;
    case 'pause':
    case 'resume':
      operator.annotate(PAUSED_ANNOTATION, event.type === 'pause' ? 'true' : undefined);
      return;
    case 'approve':
      person.approve();
      return;
    case 'drain':
      operator.annotate(DRAIN_ANNOTATION, event.tags.join(','));
      return;
    case 'edit': {
      // The number of nodes does not change while the cluster sleeps: the API server sees to that.
      const { hibernated, nodes: count } = operator.cluster.spec;
      operator.edit({ ...event.spec, hibernated, ...(hibernated ? { nodes: count } : {}) });
      return;
    }
    case 'create':
      createDatabase(world, event);
      return;
    default:
      happenOnKubernetes(event, stage);
  }
}

type KubernetesEvent = Exclude<
  ModelEvent,
  {
    type:
      | 'pass'
      | 'work'
      | 'settle'
      | 'wait'
      | 'spread'
      | 'kill'
      | 'wipe'
      | 'isolate'
      | 'heal'
      | 'rehab'
      | 'config'
      | 'late'
      | 'forget'
      | 'hibernate'
      | 'wake'
      | 'pause'
      | 'resume'
      | 'approve'
      | 'drain'
      | 'edit'
      | 'create';
  }
>;

function happenOnKubernetes(event: KubernetesEvent, { world, person }: Stage): void {
  const { set } = world;
  if (set === undefined) return;
  const host = 'host' in event ? set.hosts.all[event.host % set.hosts.all.length] : undefined;
  switch (event.type) {
    case 'deletePod':
      set.deletePod(event.ordinal);
      return;
    case 'loseHost':
      if (host !== undefined) set.loseHost(host.name, false);
      return;
    case 'destroyHost':
      if (host !== undefined && mayBeDestroyed(world, host.name)) set.loseHost(host.name, true);
      return;
    case 'disaster':
      destroyMajority(world);
      return;
    case 'returnHost':
      if (host !== undefined) set.returnHost(host.name);
      return;
    case 'cordon':
    case 'uncordon':
      if (host !== undefined) host.isDraining = event.type === 'cordon';
      return;
    case 'evict':
      evict(world);
      return;
    case 'badConfig':
      set.reviseBadly();
      return;
    case 'growVolumes':
      set.wantedBytes += 10;
      return;
    case 'growthError': {
      const claim = set.claims.get(event.ordinal);
      if (claim !== undefined && claim.capacityBytes < claim.requestedBytes) claim.growthError = 'no space';
      return;
    }
    case 'publish':
      set.hasDomain = true;
      return;
    case 'recover':
      person.recover();
      return;
    case 'recoverWrongly':
      person.recoverWrongly();
      return;
    case 'wish': {
      const spec = { clusterRef: { name: 'model' }, name: `wished-${event.name}`, ...event.spec };
      if (world.wishes.resources.length < 5) world.wishes.add(spec, world.nowMs);
      return;
    }
    case 'editWish':
      world.wishes.edit(event.index, event.spec);
      return;
    case 'deleteWish':
      world.wishes.delete(event.index);
  }
}

/** The budget of the pods: one at a time, and only while the others are all there. */
function evict(world: World): void {
  const { set, rachis } = world;
  const [ordinal, pod] =
    [...(set?.pods ?? [])].find(
      ([, { host, isGoing }]) => !isGoing && set?.hosts.named(host)?.isDraining === true,
    ) ?? [];
  if (ordinal === undefined || pod === undefined) return;
  const others = rachis.tags.filter((tag) => tag !== tagOfOrdinal(ordinal));
  if (others.every((tag) => rachis.takesPart(tag))) set?.deletePod(ordinal);
}

/** The machines of most voters are gone at once, as far as may be. */
function destroyMajority(world: World): void {
  const { set, rachis } = world;
  const voters = rachis.topology?.members ?? [];
  for (const tag of voters.slice(0, Math.floor(voters.length / 2) + 1)) {
    const host = set?.pods.get(rachis.nodeOf(tag).ordinal)?.host;
    if (host !== undefined && mayBeDestroyed(world, host)) set?.loseHost(host, true);
  }
}

/** At least one voter's disk is left: from nothing nobody recovers. */
function mayBeDestroyed(world: World, host: string): boolean {
  const { set, rachis, nodes } = world;
  if (set === undefined) return false;
  if (set.hosts.all.filter(({ isDestroyed }) => isDestroyed).length >= DESTROYED_MAX) return false;
  return (rachis.topology?.members ?? []).some((tag) => {
    const { ordinal, disk } = rachis.nodeOf(tag);
    return (
      nodes.has(ordinal) &&
      disk.topology?.id === rachis.topology?.id &&
      set.claims.get(ordinal)?.host !== host
    );
  });
}

function createDatabase(
  { rachis, databases }: World,
  { copies, from }: { copies: number; from: number },
): void {
  const { members = [], watchers = [] } = rachis.topology ?? {};
  const able = [...members, ...watchers].filter((tag) => rachis.takesPart(tag));
  if (!rachis.canCommit || able.length === 0 || databases.records.length >= 6) return;
  const chosen = able.map((_, index) => able[(index + from) % able.length] ?? '').slice(0, copies);
  databases.create(`db-${databases.records.length}`, chosen);
}

/** A disk is lost only where the rest could live on: nobody can bring back what nobody has. */
function wipeIfSurvivable(world: World, ordinal: number): void {
  const { rachis, nodes, databases, keeper } = world;
  if (!nodes.has(ordinal)) return;
  const tag = tagOfOrdinal(ordinal);
  const members = rachis.topology?.members ?? [];
  const hasDisk = (other: string): boolean => rachis.nodeOf(other).disk.topology !== undefined;
  const intact = members.filter((other) => other !== tag && hasDisk(other));
  const isCovered = databases.records.every((record) =>
    record.members.some((member) => member !== tag && rachis.nodeOf(member).disk.copies.has(record.name)),
  );
  const isNewestKept = intact.some((other) => {
    return rachis.nodeOf(other).disk.topology?.etag === rachis.topology?.etag;
  });
  if (intact.length <= members.length / 2 || !isCovered || !isNewestKept) return;
  keeper.kill(ordinal);
  keeper.wipe(ordinal);
}
