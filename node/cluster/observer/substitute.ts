import { chooseNodes, countTags } from '../choose-nodes.ts';
import type { DatabaseTopology } from '../database-record.ts';
import type { ObservedNode, ObserverInput } from './observer-input.ts';

/**
 * The node that gets a copy in place of lost ones: one that reports and holds none, in a zone with the fewest of the
 * copies that stay, and of those the one with the least load. null when there is none.
 */
export function chooseSubstitute(
  input: ObserverInput,
  topology: DatabaseTopology,
  lost: readonly string[],
): string | null {
  const { Members, Promotables, Rehabs } = topology;
  const reporting = input.nodes.filter((node) => reportsFreshly(input, node)).map((node) => node.tag);
  const [best] = chooseNodes({
    candidates: input.nodes.map(({ tag, zone }) => ({
      tag,
      isConnected: reporting.includes(tag),
      ...(zone === undefined ? {} : { zone }),
    })),
    groups: input.databases.map(({ record }) => record.Topology),
    count: 1,
    staying: [...Members, ...Promotables, ...Rehabs].filter((tag) => !lost.includes(tag)),
    excluded: lost,
    turn: 0,
  });
  return best !== undefined && reporting.includes(best) ? best : null;
}

function reportsFreshly(input: ObserverInput, { report }: ObservedNode): boolean {
  return report !== null && input.nowMs - report.receivedAtMs <= input.settings.reportTimeoutMs;
}

/**
 * The members in a new order of preference when clients have to leave the first one. Those in another zone go first,
 * since it may be the zone that is lost; then those that are first in the fewest groups, so that the clients of all
 * databases don't move to one node.
 */
export function orderWithoutPreferred(
  input: ObserverInput,
  preferred: string,
  others: readonly string[],
): readonly string[] {
  const zones = new Map(input.nodes.map((node) => [node.tag, node.zone]));
  const firsts = countTags(input.databases.flatMap(({ record }) => record.Topology.Members.slice(0, 1)));
  const lostZone = zones.get(preferred);
  const isInLostZone = (tag: string) => lostZone !== undefined && zones.get(tag) === lostZone;
  return [...others].sort(
    (a, b) =>
      Number(isInLostZone(a)) - Number(isInLostZone(b)) || (firsts.get(a) ?? 0) - (firsts.get(b) ?? 0),
  );
}
