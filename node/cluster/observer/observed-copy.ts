import type { DatabaseTopology } from '../database-record.ts';
import type { DatabaseReport, NodeReport } from '../node-report.ts';
import type { ObservedNode, ObserverInput } from './observer-input.ts';
import type { DatabaseMemory } from './observer-state.ts';

/** A copy of one database with all that is known of it in this round. */
export interface Copy {
  readonly tag: string;
  readonly node: ObservedNode | undefined;
  readonly report: DatabaseReport | undefined;
  readonly isGood: boolean;
  /** For how long it has not been good, in milliseconds; 0 when it is good. */
  readonly badForMs: number;
}

export function observeCopy(
  input: ObserverInput,
  name: string,
  topology: DatabaseTopology,
  tag: string,
  memory: DatabaseMemory,
): Copy {
  const node = input.nodes.find((candidate) => candidate.tag === tag);
  const report = freshReport(input, node?.report, name, topology);
  const isGood = report?.status === 'Loaded';
  const lastGoodMs = memory.copies.get(tag)?.lastGoodMs ?? input.leaderSinceMs;
  return { tag, node, report, isGood, badForMs: isGood ? 0 : input.nowMs - lastGoodMs };
}

/**
 * What a node has told lately of the copy that the record speaks of. One that it held before, and is about to set aside,
 * proves nothing.
 */
export function freshReport(
  { nowMs, settings }: Pick<ObserverInput, 'nowMs' | 'settings'>,
  told: NodeReport | null | undefined,
  name: string,
  topology: DatabaseTopology,
): DatabaseReport | undefined {
  if (told === null || told === undefined) return undefined;
  if (nowMs - told.receivedAtMs > settings.reportTimeoutMs) return undefined;
  const report = told.databases.get(name.toLowerCase());
  const addedAt = topology.NodesAddedAt[told.tag] ?? 0;
  const isOfFormerCopy = (report?.copySince ?? Number.MAX_SAFE_INTEGER) < addedAt;
  return isOfFormerCopy ? undefined : report;
}

/** Others of the group that hold a live connection to the node: it lives, the leader just can't see it. */
export function witnessesFor(input: ObserverInput, name: string, tag: string): readonly string[] {
  return input.nodes
    .filter((node) => node.tag !== tag && node.report !== null)
    .filter((node) => input.nowMs - (node.report?.receivedAtMs ?? 0) <= input.settings.reportTimeoutMs)
    .filter((node) => node.report?.databases.get(name.toLowerCase())?.connectedPeers.includes(tag))
    .map((node) => node.tag);
}

/** For how long a copy has been away, as far as this leader or the record knows, in milliseconds. */
export function goneForMs(input: ObserverInput, topology: DatabaseTopology, copy: Copy): number {
  const demotedAt = topology.NodesDemotedAt[copy.tag];
  const sinceDemotion = demotedAt === undefined ? 0 : input.wallClock.getTime() - Date.parse(demotedAt);
  return Math.max(copy.badForMs, sinceDemotion);
}
