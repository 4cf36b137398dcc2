import { type DatabaseLife, isOfLife } from './database-life.ts';
import type { SimulatedCopy } from './simulated-copy.ts';
import type { World } from './world.ts';

/** The copies of a database's members whose nodes run. */
export function membersOf(world: World, life: DatabaseLife): readonly SimulatedCopy[] {
  const members = life.topologies.topology?.Members ?? [];
  return world.running.flatMap(({ keeper }) => {
    const copy = keeper.copyOf(life.name);
    if (copy === undefined || !isOfLife(copy.stored, life)) return [];
    return members.includes(copy.database.nodeTag) ? [copy] : [];
  });
}
