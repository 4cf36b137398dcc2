import type { RavenClusterStatus } from '../api/raven-cluster.ts';

export interface NarratedLine {
  readonly level: 'info' | 'warn';
  readonly text: string;
}

type Status = RavenClusterStatus;

/** What happened between two looks, as a person would tell it: one line for each event, none for what stayed. */
export function narrate(before: Status | undefined, now: Status): readonly NarratedLine[] {
  return [
    ...leaderLines(before, now),
    ...nodeLines(before, now),
    ...conditionLines(before, now),
    ...readyLines(before, now),
  ];
}

function leaderLines(before: Status | undefined, now: Status): readonly NarratedLine[] {
  const leader = now.topology?.leader;
  const isSame = leader === before?.topology?.leader && now.topology?.term === before?.topology?.term;
  if (isSame) return [];
  if (leader === undefined) return [{ level: 'warn', text: 'The cluster has no leader' }];
  return [{ level: 'info', text: `Node ${leader} leads the cluster (term ${now.topology?.term})` }];
}

function nodeLines(before: Status | undefined, now: Status): readonly NarratedLine[] {
  const lines: NarratedLine[] = [];
  const earlier = new Map((before?.nodes ?? []).map((node) => [node.tag, node]));
  for (const node of now.nodes ?? []) {
    const old = earlier.get(node.tag);
    const role = ROLE_NAMES[node.role];
    const oldRole = old === undefined ? undefined : ROLE_NAMES[old.role];
    if (role !== undefined && oldRole !== role && (oldRole !== undefined || before?.topology !== undefined)) {
      lines.push({ level: 'info', text: `Node ${node.tag} is a ${role} now` });
    }
    if (old?.ready === true && !node.ready && role !== undefined) {
      lines.push({ level: 'warn', text: `Node ${node.tag} does not answer` });
    }
    if (old !== undefined && !old.ready && node.ready) {
      lines.push({ level: 'info', text: `Node ${node.tag} is ready at ${node.url ?? 'its address'}` });
    }
    earlier.delete(node.tag);
  }
  for (const gone of earlier.values()) lines.push({ level: 'info', text: `Node ${gone.tag} is gone` });
  return lines;
}

const ROLE_NAMES: Readonly<Record<string, string>> = {
  Leader: 'member',
  Member: 'member',
  Promotable: 'promotable',
  Watcher: 'watcher',
};

/** Conditions whose bad news somebody has to act upon. */
const TOLD_CONDITIONS: ReadonlySet<string> = new Set(['ScaleSafe', 'StorageReady', 'RecoveryAccepted']);

function conditionLines(before: Status | undefined, now: Status): readonly NarratedLine[] {
  return (now.conditions ?? [])
    .filter((condition) => TOLD_CONDITIONS.has(condition.type) && condition.status === 'False')
    .filter((condition) => {
      const old = before?.conditions?.find((one) => one.type === condition.type);
      return old?.reason !== condition.reason || old.message !== condition.message;
    })
    .map((condition) => ({
      level: 'warn',
      text: `${condition.reason}: ${condition.message ?? 'the cluster stays as it is'}`,
    }));
}

function readyLines(before: Status | undefined, now: Status): readonly NarratedLine[] {
  if (now.phase !== 'Ready' || before?.phase === 'Ready') return [];
  const urls = (now.nodes ?? []).filter((node) => node.ready).map((node) => node.url);
  return [{ level: 'info', text: `The cluster is ready. Connect to ${urls.join(', ')}` }];
}
