import { RECOVER_ANNOTATION } from '../api/annotations.ts';
import { type ClusterView, NO_TOPOLOGY, tagsOf } from './cluster-view.ts';
import { RECOVERY_PATIENCE_MS } from './limits.ts';
import type { Memory } from './memory.ts';

/** A node that is left when the quorum is gone, and where its Raft log ends. */
export interface Survivor {
  readonly tag: string;
  readonly term: number;
  readonly index: number;
}

/** Notes since when no majority answers. A cluster that sleeps has not lost anything. */
export function watchQuorum(view: ClusterView, isAsleep: boolean, memory: Memory): number | undefined {
  if (isAsleep || !view.isQuorumAway) return undefined;
  return memory.quorumLostSinceMs ?? view.nowMs;
}

/** Nodes that answer and say where their log ends, the one with the longest log first. */
export function survivors(view: ClusterView): readonly Survivor[] {
  return tagsOf(view.newestTopology ?? NO_TOPOLOGY)
    .flatMap((tag): Survivor[] => {
      const { lastTerm, lastIndex } = view.answerOf(tag) ?? {};
      return lastTerm === undefined || lastIndex === undefined
        ? []
        : [{ tag, term: lastTerm, index: lastIndex }];
    })
    .sort((a, b) => compareLogs(b, a) || a.tag.length - b.tag.length || (a.tag < b.tag ? -1 : 1));
}

/** Positive when the first log holds more, by Raft's rule: the later term, then the higher index. */
export function compareLogs(a: Omit<Survivor, 'tag'>, b: Omit<Survivor, 'tag'>): number {
  return a.term - b.term || a.index - b.index;
}

/** A request as it has to be written: `<tag>@<term>:<index>`. */
export function requestFor({ tag, term, index }: Survivor): string {
  return `${tag}@${term}:${index}`;
}

/** For people: who is left, since when, and what they can write once it is sure that the others never come back. */
export function describeQuorumLoss(view: ClusterView, sinceMs: number): string {
  const voters = view.newestTopology?.members ?? [];
  const away = voters.filter((tag) => view.answerOf(tag) === undefined);
  const lost = `${away.length} of ${voters.length} voters do not answer (${away.join(', ')}) since ${timeOf(sinceMs)}`;
  const left = survivors(view);
  const [best] = left;
  if (best === undefined) return `${lost}; nobody is left who could go on`;
  const logs = left.map(({ tag, term, index }) => `${tag} with its log up to term ${term}, index ${index}`);
  return `${lost}. Left: ${logs.join('; ')}. Bring the others back. Only if they are gone for good, and not before ${timeOf(sinceMs + RECOVERY_PATIENCE_MS)}, let ${best.tag} go on alone: annotate this resource with ${RECOVER_ANNOTATION}=${requestFor(best)}. What the others alone have is set aside then, and where the machine is lost, given up with its claim`;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
