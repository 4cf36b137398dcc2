import type { Configuration } from './configuration.ts';
import type { NodeId } from './entry.ts';

/** Who decides. In a joint configuration both sets must agree; otherwise `outgoing` is empty. */
export interface Voters {
  readonly incoming: readonly NodeId[];
  readonly outgoing: readonly NodeId[];
}

export type VoteResult = 'won' | 'lost' | 'pending';

export const noVoters: Voters = Object.freeze({ incoming: [], outgoing: [] });

/** The only place where a quorum comes from: the configuration in the log. */
export function votersOf(configuration: Configuration | null): Voters {
  if (configuration === null) return noVoters;
  return {
    incoming: configuration.nodes.filter((node) => node.role === 'member').map((node) => node.id),
    outgoing: configuration.outgoingMembers,
  };
}

export function majority(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1;
}

export function isVoter(voters: Voters, id: NodeId): boolean {
  return voters.incoming.includes(id) || voters.outgoing.includes(id);
}

/** Each voter once, also in a joint configuration. */
export function distinctVoters(voters: Voters): readonly NodeId[] {
  if (voters.outgoing.length === 0) return voters.incoming;
  return [...new Set([...voters.incoming, ...voters.outgoing])];
}

/** Whether the voters for whom `agrees` holds are a quorum. An empty configuration has none (RavenDB-18590). */
export function hasQuorum(voters: Voters, agrees: (id: NodeId) => boolean): boolean {
  if (!hasMajority(voters.incoming, agrees)) return false;
  return voters.outgoing.length === 0 || hasMajority(voters.outgoing, agrees);
}

function hasMajority(ids: readonly NodeId[], agrees: (id: NodeId) => boolean): boolean {
  let count = 0;
  for (const id of ids) if (agrees(id)) count++;
  return count >= majority(ids.length);
}

/** The highest index that a quorum has reached; 0 when there are no voters. */
export function quorumIndex(voters: Voters, matchOf: (id: NodeId) => number): number {
  const incoming = majorityIndex(voters.incoming, matchOf);
  return voters.outgoing.length === 0
    ? incoming
    : Math.min(incoming, majorityIndex(voters.outgoing, matchOf));
}

function majorityIndex(ids: readonly NodeId[], matchOf: (id: NodeId) => number): number {
  if (ids.length === 0) return 0;
  const matches = ids.map(matchOf).sort((left, right) => right - left);
  return matches[majority(ids.length) - 1] ?? 0;
}

/** Lost means that no further answers can make it a win. */
export function voteResult(voters: Voters, votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  const incoming = majorityVote(voters.incoming, votes);
  if (voters.outgoing.length === 0) return incoming;
  const outgoing = majorityVote(voters.outgoing, votes);
  if (incoming === 'lost' || outgoing === 'lost') return 'lost';
  return incoming === 'won' && outgoing === 'won' ? 'won' : 'pending';
}

function majorityVote(ids: readonly NodeId[], votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  let granted = 0;
  let unanswered = 0;
  for (const id of ids) {
    const vote = votes.get(id);
    if (vote === undefined) unanswered++;
    else if (vote) granted++;
  }
  const needed = majority(ids.length);
  if (granted >= needed) return 'won';
  return granted + unanswered < needed ? 'lost' : 'pending';
}
