import { mergeChangeVectors } from '../../documents/change-vector.ts';
import type { DatabaseRecord } from '../database-record.ts';
import { decideTopology, type TopologyDecision } from './decide-topology.ts';
import { freshReport } from './observed-copy.ts';
import type { ObservedDatabase, ObserverInput } from './observer-input.ts';
import {
  type CopyMemory,
  type DatabaseMemory,
  EMPTY_OBSERVER_STATE,
  type ObserverState,
  type PromotionTarget,
} from './observer-state.ts';

export interface Observation {
  readonly state: ObserverState;
  readonly decisions: readonly TopologyDecision[];
}

/**
 * One round of the cluster observer: what was seen before, what is seen now, what to change. Pure. Only the leader
 * runs it; on a new leader it starts with an empty memory, and every wait starts again but those whose start stands
 * in the record.
 */
export function observe(previous: ObserverState, input: ObserverInput): Observation {
  const state = new Map<string, DatabaseMemory>();
  // What this leader finds at its start may have been so for long; what comes later is new.
  const knownSinceMs = previous === EMPTY_OBSERVER_STATE ? input.leaderSinceMs : input.nowMs;
  const decisions: TopologyDecision[] = [];
  // Each decision sees the ones before it: a node must not be chosen for everything because it was idle at first.
  const databases = [...input.databases];
  for (const [place, database] of input.databases.entries()) {
    const key = database.record.DatabaseName.toLowerCase();
    const memory = remember(previous.get(key), input, database, knownSinceMs);
    state.set(key, memory);
    if (!mayChange(input, database, memory)) continue;
    const decision = decideTopology({ ...input, databases }, database, memory);
    if (decision === null) continue;
    decisions.push(decision);
    databases[place] = { ...database, record: { ...database.record, Topology: decision.topology } };
  }
  return { state, decisions };
}

function mayChange(input: ObserverInput, { record }: ObservedDatabase, memory: DatabaseMemory): boolean {
  const quietMs = input.settings.stabilizationMs;
  return (
    !record.Disabled &&
    Object.keys(record.DeletionInProgress).length === 0 &&
    input.nowMs - input.leaderSinceMs >= quietMs &&
    input.nowMs - memory.topologySinceMs >= quietMs
  );
}

function remember(
  previous: DatabaseMemory | undefined,
  input: ObserverInput,
  { record, index }: ObservedDatabase,
  knownSinceMs: number,
): DatabaseMemory {
  const { Topology: topology } = record;
  const isSameTopology = previous?.topologyIndex === index;
  const copies = new Map<string, CopyMemory>();
  for (const tag of [...topology.Members, ...topology.Rehabs, ...topology.Promotables]) {
    const known = previous?.copies.get(tag);
    const report = goodReport(input, record, tag);
    const target =
      topology.Members.includes(tag) || report === null
        ? null
        : (stillAsked(known?.target, input, record) ?? captureTarget(input, record));
    copies.set(tag, {
      lastGoodMs: report === null ? (known?.lastGoodMs ?? knownSinceMs) : input.nowMs,
      target,
    });
  }
  return {
    topologyIndex: index,
    topologySinceMs: isSameTopology ? previous.topologySinceMs : knownSinceMs,
    copies,
  };
}

function goodReport(input: ObserverInput, { DatabaseName: name, Topology }: DatabaseRecord, tag: string) {
  const told = input.nodes.find((node) => node.tag === tag)?.report;
  const report = freshReport(input, told, name, Topology);
  return report?.status === 'Loaded' ? report : null;
}

/** The target, as long as those whose state it is serve, and nobody else does: who became a member later has more. */
function stillAsked(
  target: PromotionTarget | null | undefined,
  input: ObserverInput,
  record: DatabaseRecord,
): PromotionTarget | null {
  if (target === null || target === undefined) return null;
  const { Members } = record.Topology;
  const isOfMembers = target.members.every((tag) => Members.includes(tag));
  const isOfAll = Members.every(
    (tag) => target.members.includes(tag) || goodReport(input, record, tag) === null,
  );
  return isOfMembers && isOfAll ? target : null;
}

/** What the members have now; null while not every member that responds has told. */
function captureTarget(input: ObserverInput, record: DatabaseRecord): PromotionTarget | null {
  const { Members } = record.Topology;
  const members = Members.filter((tag) => goodReport(input, record, tag) !== null);
  const reports = members.flatMap((tag) => goodReport(input, record, tag) ?? []);
  if (reports.length === 0) return null;
  // A member that has not told a new leader anything yet may be well all the same.
  const isHeardOut = input.nowMs - input.leaderSinceMs >= input.settings.reportTimeoutMs;
  if (members.length < Members.length && !isHeardOut) return null;
  return {
    changeVector: reports.map((report) => report.changeVector).reduce((a, b) => mergeChangeVectors(a, b)),
    raftIndex: input.appliedIndex,
    members,
  };
}
