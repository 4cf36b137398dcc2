import type { RavenClusterSpec } from '../api/raven-cluster.ts';
import { type ClusterView, majorityOf } from './cluster-view.ts';
import { namesOf } from './database-names.ts';
import { targetFactor, type WishedDatabase } from './managed-databases.ts';
import { homesOf, type Placement, placementOf } from './placement.ts';
import { type ConditionDraft, condition } from './step.ts';

/**
 * How nodes and copies are spread over zones. Copies of one database are to be in zones of their own while there are
 * as many, and no zone may have two more than another that could take one.
 */
export function zoneSpread(view: ClusterView, spec: RavenClusterSpec): ConditionDraft | undefined {
  const topology = view.leader?.topology;
  if (topology === undefined || view.dataTags.length === 0) return undefined;
  const unknown = view.dataTags.filter((tag) => view.zoneOf(tag) === undefined);
  if (unknown.length > 0) {
    const isNoneKnown = unknown.length === view.dataTags.length;
    return condition(
      'ZoneSpread',
      'Unknown',
      'UnknownZones',
      isNoneKnown ? undefined : `No zone of ${unknown.join(', ')}`,
    );
  }
  const nodes = countByZone(view.dataTags, view);
  const [first] = nodes.keys();
  if (nodes.size === 1)
    return condition('ZoneSpread', 'False', 'SingleZone', `All nodes are in zone ${first}`);
  const faults = [
    ...voterFaults(view, topology.members, nodes.size),
    ...nodeFaults(nodes),
    ...copyFaults(view, placementOf(view, spec, [])),
  ];
  return faults.length === 0
    ? condition('ZoneSpread', 'True', 'Balanced')
    : condition('ZoneSpread', 'False', 'Skewed', faults.join('; '));
}

function countByZone(tags: readonly string[], view: ClusterView): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const tag of tags) {
    const zone = view.zoneOf(tag) ?? '';
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return counts;
}

/** Of two zones one always has the majority, so nobody can be blamed for it. */
function voterFaults(view: ClusterView, voters: readonly string[], zoneCount: number): readonly string[] {
  if (zoneCount < 3) return [];
  return [...countByZone(voters, view)]
    .filter(([, count]) => count >= majorityOf(voters.length))
    .map(([zone]) => `zone ${zone} holds a majority of the voters`);
}

function nodeFaults(nodes: ReadonlyMap<string, number>): readonly string[] {
  const counts = [...nodes].sort((a, b) => b[1] - a[1]);
  const [most, least] = [counts[0], counts.at(-1)];
  if (most === undefined || least === undefined || most[1] - least[1] < 2) return [];
  return [`zone ${most[0]} has ${most[1]} nodes, zone ${least[0]} has ${least[1]}`];
}

function copyFaults(view: ClusterView, placement: Placement): readonly string[] {
  const policy = placement.spec.replicationFactor;
  const crowded = (view.databases ?? []).filter(
    (database) => targetFactor(database, policy) !== undefined && isCrowded(database, placement),
  );
  return crowded.length === 0 ? [] : [`copies of ${namesOf(crowded)} share a zone though another has room`];
}

/** Some zone has two copies more than another one that has a node to spare for one. */
function isCrowded(database: WishedDatabase, placement: Placement): boolean {
  const { view } = placement;
  const copies = countByZone(database.members, view);
  const most = Math.max(0, ...copies.values());
  const spare = homesOf(database, placement).filter((tag) => !database.members.includes(tag));
  return spare.some((tag) => most - (copies.get(view.zoneOf(tag) ?? '') ?? 0) >= 2);
}
