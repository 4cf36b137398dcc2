import type { DatabaseRecord, DatabaseTopology } from '../database-record.ts';
import type { FinishRollingIndex } from '../index-commands.ts';
import { type RollingDeployment, type RollingIndex, rollingIndexesOf } from '../rolling-index.ts';
import { type ApplyContext, timestampOf } from './apply-context.ts';
import { requireRecord, writeRecord } from './stored-record.ts';

type Group = Pick<DatabaseTopology, 'Members' | 'Promotables' | 'Rehabs'>;
type Deployments = RollingIndex['ActiveDeployments'];

/** The last member first, so that the one that clients prefer is last of the members. */
function turns({ Members, Promotables, Rehabs }: Group): readonly string[] {
  return [Members, Promotables, Rehabs].flatMap((tags) => tags.toReversed());
}

/**
 * Somebody runs as long as anybody waits, and only one, but for those that were told to go on at once. Who has come to
 * the group waits, who has left it counts no more, and a node that is no member any more lets members go first.
 * Null: all are done.
 */
export function advanced(
  before: Deployments,
  group: Group,
  at: string,
  isFinished: (tag: string) => boolean = () => false,
): Deployments | null {
  const all = turns(group);
  const deployments = new Map(
    all.map((tag) => [tag, Object.hasOwn(before, tag) ? (before[tag] ?? waiting(at)) : waiting(at)]),
  );
  for (const [tag, one] of deployments) {
    if (isFinished(tag) && one.State !== 'Done')
      deployments.set(tag, { ...one, State: 'Done', FinishedAt: at });
  }
  const isWaiting = (tag: string): boolean => deployments.get(tag)?.State === 'Pending';
  for (const [tag, one] of deployments) {
    const givesWay = one.State === 'Running' && !group.Members.includes(tag) && group.Members.some(isWaiting);
    if (givesWay) deployments.set(tag, { ...one, State: 'Pending', StartedAt: null });
  }
  const isRunning = [...deployments.values()].some(({ State }) => State === 'Running');
  const next = isRunning ? undefined : all.find(isWaiting);
  if (next !== undefined) {
    deployments.set(next, { ...(deployments.get(next) ?? waiting(at)), State: 'Running', StartedAt: at });
  }
  if ([...deployments.values()].every(({ State }) => State === 'Done')) return null;
  return Object.fromEntries([...deployments].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function waiting(at: string): RollingDeployment {
  return { State: 'Pending', CreatedAt: at, StartedAt: null, FinishedAt: null };
}

/** The record where these indexes begin to be deployed on one node after the other, and those do so no more. */
export function withRolling(
  context: ApplyContext,
  record: DatabaseRecord,
  begun: readonly string[],
  ended: readonly string[],
): DatabaseRecord {
  const gone = new Set([...begun, ...ended].map((name) => name.toLowerCase()));
  const left = Object.entries(rollingIndexesOf(record)).filter(([name]) => !gone.has(name.toLowerCase()));
  const at = timestampOf(context.timeMs);
  const fresh = begun.map((name): [string, RollingIndex] => [
    name,
    { ActiveDeployments: advanced({}, record.Topology, at) ?? {}, RaftCommandIndex: context.index },
  ]);
  return replaced(record, [...left, ...fresh]);
}

/** The record with another topology: its rolling indexes take notice of who came and went. */
export function regrouped(
  context: ApplyContext,
  record: DatabaseRecord,
  topology: DatabaseTopology,
): DatabaseRecord {
  const at = timestampOf(context.timeMs);
  const rolling = Object.entries(rollingIndexesOf(record)).flatMap(
    ([name, one]): [string, RollingIndex][] => {
      const deployments = advanced(one.ActiveDeployments, topology, at);
      return deployments === null ? [] : [[name, { ...one, ActiveDeployments: deployments }]];
    },
  );
  return replaced({ ...record, Topology: topology }, rolling);
}

/** An index that is rolling no more, or anew since, is left alone: nodes may say it twice. */
export function finishRollingIndex(context: ApplyContext, command: FinishRollingIndex): null {
  const { record } = requireRecord(context.state, command.name);
  const at = timestampOf(context.timeMs);
  const isFinished = (tag: string): boolean => command.node === null || command.node === tag;
  const rolling = Object.entries(rollingIndexesOf(record)).flatMap(
    ([name, one]): [string, RollingIndex][] => {
      const isMeant =
        name.toLowerCase() === command.index.toLowerCase() &&
        (command.deployment === null || command.deployment === one.RaftCommandIndex);
      if (!isMeant) return [[name, one]];
      const deployments = advanced(one.ActiveDeployments, record.Topology, at, isFinished);
      return deployments === null ? [] : [[name, { ...one, ActiveDeployments: deployments }]];
    },
  );
  const after = replaced(record, rolling);
  if (JSON.stringify(after) !== JSON.stringify(record)) writeRecord(context.state, after, context.index);
  return null;
}

/** A record that never had any keeps its shape. */
function replaced(record: DatabaseRecord, rolling: readonly [string, RollingIndex][]): DatabaseRecord {
  if (rolling.length === 0 && Object.keys(rollingIndexesOf(record)).length === 0) return record;
  return { ...record, RollingIndexes: Object.fromEntries(rolling) };
}
