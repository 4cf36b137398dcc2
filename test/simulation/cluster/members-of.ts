import { DATABASE } from './database-group.ts';
import type { SimulatedCopy } from './simulated-copy.ts';
import type { World } from './world.ts';

/** The copies of members whose nodes run. */
export function membersOf(world: World): readonly SimulatedCopy[] {
  const members = world.topologies.topology?.Members ?? [];
  return world.running.flatMap(({ keeper }) => {
    const copy = keeper.copyOf(DATABASE);
    return copy !== undefined && members.includes(copy.database.nodeTag) ? [copy] : [];
  });
}
