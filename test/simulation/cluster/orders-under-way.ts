import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { readEnvelope } from '../../../node/cluster/command-application.ts';
import type { World } from './world.ts';

/**
 * Whether some log holds an order to give a copy of a database up that nobody has applied: it may still be carried out,
 * however long ago it was given.
 */
export function isLeavingOrdered({ cluster, frontier }: World, name: string): boolean {
  const logs = cluster.nodes.flatMap(({ image, disk }) => [image, disk.log]);
  return logs.some(({ entries }) =>
    entries.some((entry) => {
      if (entry.index <= frontier || entry.kind !== 'command') return false;
      const command = readEnvelope(entry.data)?.command;
      return command !== undefined && takesCopy(command, name);
    }),
  );
}

function takesCopy(command: ClusterCommand, name: string): boolean {
  switch (command.type) {
    case 'DeleteDatabase':
      return command.names.includes(name);
    case 'UpdateTopology':
    case 'ExpireCopy':
      return command.name === name;
    default:
      return command.type === 'RemoveNodeFromCluster';
  }
}
