import { expect } from 'vitest';
import { tagOfOrdinal } from '../../../../operator/decide/node-tag.ts';
import { isWatcherOrdinal } from '../../../../operator/decide/voters.ts';
import type { Stage } from './happen.ts';
import { GOOD_PASS } from './model-operator.ts';

/** Longer, in seconds, than the operator ever waits before it judges: then nothing more will come by itself. */
const QUIET_ROUNDS = 80;
const ROUNDS_MAX = 1_500;

/** What takes longer than that, where machines can be lost: a quorum counts as lost, the next one may be replaced. */
const LOSS_WAITS_MS = [11 * 60_000, 61 * 60_000, 61 * 60_000, 61 * 60_000];

/** Nothing fails any more, and a person does what the status says. How does the world look in the end? */
export function calmDown(stage: Stage): void {
  const { world, operator, person } = stage;
  person.tidyUp();
  const hasLoss = world.set?.hosts.all.some(({ isDestroyed }) => isDestroyed) === true;
  for (const waitMs of [0, ...(hasLoss ? LOSS_WAITS_MS : [])]) {
    world.pass(waitMs);
    for (let round = 0, quiet = 0; quiet < QUIET_ROUNDS; round += 1) {
      if (round > ROUNDS_MAX) throw new Error('the operator never comes to rest');
      world.pass(1_000);
      world.settle();
      const before = JSON.stringify(operator.memory);
      const actions = operator.pass(GOOD_PASS);
      person.approve();
      if (waitMs > 0) person.recover();
      if (world.rachis.hasQuorum()) person.giveUpLostDatabases();
      const isQuiet = actions.length === 0 && JSON.stringify(operator.memory) === before;
      quiet = isQuiet ? quiet + 1 : 0;
    }
  }
}

/** A world at rest is left as it is: nothing is done, written or remembered anew. */
export function expectRest({ world, operator }: Stage): void {
  const once = operator.ponder();
  world.pass(1_000);
  const again = operator.ponder();
  expect(again.actions).toEqual([]);
  expect(again.events).toEqual([]);
  expect(again.status).toEqual(once.status);
  expect(again.databases).toEqual(once.databases);
  expect(again.memory).toEqual(operator.memory);
}

export function expectAsSpecified(stage: Stage): void {
  const { world, operator } = stage;
  const { cluster } = operator;
  const { spec, status } = cluster;
  const scale = status?.conditions?.find((condition) => condition.type === 'ScaleSafe');
  const facts = (): string =>
    JSON.stringify([
      scale,
      world.rachis.topology,
      world.databases.records,
      world.wishes.resources,
      operator.memory,
    ]);
  if (scale?.status === 'False') {
    // The only refusals that calm weather leaves ask a person to permit something.
    const isAnyDisabled = world.databases.records.some(({ disabled }) => disabled);
    const permitted = ['BelowMinimumFactor', 'DatabasePinned', ...(isAnyDisabled ? ['LastCopyOnNode'] : [])];
    expect(permitted, facts()).toContain(scale.reason);
    return;
  }
  const wanted = Array.from({ length: spec.nodes }, (_, ordinal) => ordinal);
  const watchers = wanted.filter((ordinal) => isWatcherOrdinal(ordinal, spec)).map(tagOfOrdinal);
  const members = wanted.map(tagOfOrdinal).filter((tag) => !watchers.includes(tag));
  const { topology } = world.rachis;
  expect([...(topology?.members ?? [])].sort(), facts()).toEqual(members);
  expect([...(topology?.watchers ?? [])].sort()).toEqual(watchers);
  expect(topology?.promotables).toEqual([]);
  const running = world.nodes.all
    .filter(({ process }) => process !== 'Stopped')
    .map(({ ordinal }) => ordinal);
  expect(running.sort()).toEqual(wanted);
  const outdated = wanted.filter((ordinal) => world.keeper.view(world.nodes.at(ordinal)).isOutdated);
  expect(outdated).toEqual([]);
  expectCopies(stage);
  expectSet(stage);
  expectWishes(stage);
  expect(status?.phase, facts()).toBe('Ready');
}

function expectCopies({ world, operator }: Stage): void {
  const { spec } = operator.cluster;
  const { mode, target } = spec.replicationFactor;
  for (const record of world.databases.records) {
    const isWished = world.wishes.resources.some((wish) => wish.spec.name === record.name);
    const isWhole = isWished || mode !== 'Auto' || record.disabled;
    if (!isWhole) expect(record.members.length, record.name).toBe(Math.min(target, spec.nodes));
    expect(record.members.length, record.name).toBeGreaterThan(0);
    for (const tag of record.members) {
      expect(world.rachis.tags).toContain(tag);
      expect(world.rachis.nodeOf(tag).disk.copies.has(record.name), `${record.name} on ${tag}`).toBe(true);
    }
  }
}

function expectSet({ world, operator }: Stage): void {
  const { set, rachis } = world;
  if (set === undefined) return;
  expect(set.replicas).toBe(operator.cluster.spec.nodes);
  for (const tag of rachis.tags) {
    const { publicUrl, zone, volume } = set.view(rachis.nodeOf(tag));
    expect(world.properties.get(tag) ?? {}).toEqual({
      ...(zone === undefined ? {} : { zone }),
      ...(publicUrl === undefined ? {} : { publicUrl }),
    });
    expect(volume?.capacityBytes).toBe(set.wantedBytes);
  }
}

function expectWishes({ world, operator }: Stage): void {
  for (const { spec, createdAtMs, isDeleted, resource, status } of world.wishes.resources) {
    expect(isDeleted, `${resource} is still there`).toBe(false);
    const rivals = world.wishes.resources.filter((other) => other.spec.name === spec.name);
    const isOwner = rivals.every(
      (other) =>
        other.createdAtMs > createdAtMs || (other.createdAtMs === createdAtMs && other.resource >= resource),
    );
    if (!isOwner) {
      expect(status?.conditions?.[0]?.reason).toBe('NameTaken');
      continue;
    }
    const { tags = [], zones = [] } = spec.placement;
    const homes = world.rachis.tags.filter((tag) => {
      const zone = world.set?.view(world.rachis.nodeOf(tag)).zone ?? '';
      return (tags.length === 0 || tags.includes(tag)) && (zones.length === 0 || zones.includes(zone));
    });
    const record = world.databases.named(spec.name);
    if (record === undefined) {
      expect(homes, `${resource} was not created`).toEqual([]);
      continue;
    }
    expect(record.disabled).toBe(spec.disabled);
    if (record.disabled) continue;
    if (Object.keys(spec.settings).length > 0) expect(record.settings).toEqual(spec.settings);
    const { mode, target, minimum } = operator.cluster.spec.replicationFactor;
    const factor = spec.replicationFactor ?? (mode === 'Auto' ? target : undefined);
    const strays = record.members.filter((tag) => !homes.includes(tag));
    // Where too few nodes may hold it, what is left of the minimum stays where it is.
    if (homes.length >= minimum) expect(strays, `${resource} strays`).toEqual([]);
    if (factor !== undefined && strays.length === 0) {
      expect(record.members.length, resource).toBe(Math.min(factor, homes.length));
    }
  }
}
