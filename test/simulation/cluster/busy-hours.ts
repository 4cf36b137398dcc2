import { etagOf } from '../../../node/documents/change-vector.ts';
import { CLAIM_PATIENCE_MS, RELAY_PATIENCE_MS } from '../../../node/replication/limits.ts';
import { check } from '../kernel/invariant-violation.ts';
import type { SimulatedDatabase } from '../replication/simulated-database.ts';
import type { DatabaseLife } from './database-life.ts';
import { membersOf } from './members-of.ts';
import type { World } from './world.ts';

/** How long writes go on without a pause, in virtual milliseconds. */
const BUSY_MS = 45_000;

/** Longest delay of what replication sends meanwhile: there is always something on its way, in both directions. */
const BUSY_DELAY_MS = 300;

/** Slow enough that the small batches of a simulated stream can carry all of it, were nothing left to others. */
const WRITE_EVERY_MS = 120;

/** What has been written has to be claimed by all members within this time, however much is written after it. */
const CLAIMED_WITHIN_MS = 2 * (RELAY_PATIENCE_MS + CLAIM_PATIENCE_MS);

/**
 * All is well but that writes never stop, on all members and to the same documents: then, too, every member has to come
 * to include what the others have written.
 */
export async function expectProgress(world: World): Promise<void> {
  const { clock, network, random } = world;
  const endMs = clock.nowMs + BUSY_MS;
  const { maxDelayMs } = network;
  network.maxDelayMs = BUSY_DELAY_MS;
  world.cluster.trace(() => 'busy hours begin');
  const write = () => {
    if (clock.nowMs >= endMs) return;
    world.clients.writeSomewhere();
    clock.schedule(random.between(1, 2 * WRITE_EVERY_MS), write);
  };
  write();
  await world.runUntil(endMs);
  for (const life of world.lives.living) {
    for (const { database } of membersOf(world, life)) checkProgress(database, life, endMs);
  }
  network.maxDelayMs = maxDelayMs;
}

function checkProgress(database: SimulatedDatabase, life: DatabaseLife, endMs: number): void {
  for (const { databaseId, version, atMs } of life.acknowledgedWrites) {
    if (atMs < endMs - BUSY_MS || atMs > endMs - CLAIMED_WITHIN_MS) continue;
    const etag = etagOf(version.changeVector, databaseId);
    check(
      etagOf(database.changeVector, databaseId) >= etag,
      'what is written is claimed everywhere in time, although writes never stop',
      () =>
        `${database.nodeTag} claims [${database.changeVector}], not [${version.changeVector}], written ${endMs - atMs} ms before`,
    );
  }
}
