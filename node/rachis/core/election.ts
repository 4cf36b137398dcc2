import type { CoreState } from './core-state.ts';
import type { NodeId } from './entry.ts';
import { becomeLeaderElect } from './leader.ts';
import type { RequestVote, RequestVoteReply } from './message.ts';
import { distinctVoters, isVoter, voteResult } from './quorum.ts';
import type { LogPosition } from './raft-log.ts';

/** Asks whether an election would be won, without changing anybody's term or vote. */
export function startTrial(state: CoreState, reason: string): void {
  state.becomeFollower(state.term, null, reason);
  state.role = 'Candidate';
  state.candidacy = { isTrial: true, votes: new Map() };
  requestVotes(state, true, false);
  recordVote(state, state.id, true);
}

/** Takes a new term and votes for itself; the vote counts, and the requests leave, once that is durable. */
export function startElection(state: CoreState, isForced: boolean, reason: string): void {
  state.becomeFollower(state.term, null, reason);
  state.enterTerm(state.term + 1, state.id);
  state.role = 'Candidate';
  state.candidacy = { isTrial: false, votes: new Map() };
  state.outbox.sendWhenDurable(
    {
      type: 'RequestVoteReply',
      from: state.id,
      to: state.id,
      term: state.term,
      isTrial: false,
      granted: true,
    },
    0,
  );
  requestVotes(state, false, isForced);
}

/**
 * A learner that hears no leader asks as a candidate would, but never acts on a grant: the answers tell it the term,
 * and a leader's answer tells it if it was removed.
 */
export function inquire(state: CoreState): void {
  state.leader = null;
  state.restartElectionTimer();
  requestVotes(state, true, false);
}

export function handleRequestVote(state: CoreState, message: RequestVote): void {
  const refusal = reasonToRefuse(state, message);
  if (message.isTrial) {
    // A grant names the term that the candidate would take; a refusal the voter's own.
    reply(state, message, refusal === null ? message.term : state.term, refusal);
    return;
  }
  if (refusal === null) {
    state.votedFor = message.from;
    state.durability.hardStateChanged();
    state.restartElectionTimer();
  }
  reply(state, message, state.term, refusal);
}

export function handleRequestVoteReply(state: CoreState, message: RequestVoteReply): void {
  if (hearOfRemoval(state, message)) return;
  if (message.isTrial && message.granted) {
    const isAwaited = state.candidacy?.isTrial === true && message.term === state.term + 1;
    if (isAwaited) recordVote(state, message.from, true);
    return;
  }
  if (message.term > state.term) {
    state.becomeFollower(message.term, null, `${message.from} is in term ${message.term}`);
    return;
  }
  if (state.candidacy === null || state.candidacy.isTrial !== message.isTrial) return;
  // A voter behind this term may well refuse a trial, but its answer to an older real election says nothing.
  if (message.isTrial || message.term === state.term) recordVote(state, message.from, message.granted);
}

/** Gives `null` to grant. For a real request it also moves to the candidate's term, unless the request is refused for
 * a live leader's sake. */
function reasonToRefuse(state: CoreState, message: RequestVote): string | null {
  if (state.configurations.current === null) return 'this node has no configuration of any cluster';
  if (message.term < state.term) return `the term is ${state.term}`;
  if (message.term > state.term) {
    if (!message.isForced && state.hasLiveLeader) return `${state.leader} leads`;
    if (!message.isTrial) {
      state.becomeFollower(message.term, null, `${message.from} asks for votes in term ${message.term}`);
    }
  }
  const isFree = state.votedFor === null && state.leader === null;
  const isHigherTrial = message.isTrial && message.term > state.term;
  if (!isFree && !isHigherTrial && state.votedFor !== message.from) {
    return state.votedFor === null ? `${state.leader} leads` : `voted for ${state.votedFor}`;
  }
  const last = { index: message.lastLogIndex, term: message.lastLogTerm };
  if (!state.log.isUpToDate(last)) {
    return `the log here ends at (${state.log.lastIndex}, term ${state.log.lastTerm}), the candidate's at (${last.index}, term ${last.term})`;
  }
  return null;
}

function reply(state: CoreState, message: RequestVote, term: number, refusal: string | null): void {
  const removedAsOf = removalPositionFor(state, message.from);
  state.outbox.sendWhenDurable(
    {
      type: 'RequestVoteReply',
      from: state.id,
      to: message.from,
      term,
      isTrial: message.isTrial,
      granted: refusal === null,
      ...(refusal === null ? {} : { reason: refusal }),
      ...(removedAsOf === null ? {} : { removedAsOf }),
    },
    0,
  );
}

/** Only a leader may say that a node is not of the cluster, and only while its configuration is committed. */
function removalPositionFor(state: CoreState, candidate: NodeId): LogPosition | null {
  const current = state.configurations.current;
  if (state.role !== 'Leader' || current === null || current.index > state.commit) return null;
  const isNode = current.configuration.nodes.some((node) => node.id === candidate);
  if (isNode || isVoter(current.voters, candidate)) return null;
  return { index: state.commit, term: state.log.termAt(state.commit) ?? 0 };
}

/**
 * True when this node was removed. Its own configuration is superseded if it lies within what the leader has committed,
 * and dead if it is of an older term than that: a log with it can't have the committed entry too.
 */
function hearOfRemoval(state: CoreState, { removedAsOf }: RequestVoteReply): boolean {
  if (removedAsOf === undefined || state.leadership !== null || state.leader !== null) return false;
  const known = state.configurations.current?.index ?? 0;
  if (known > removedAsOf.index && (state.log.termAt(known) ?? 0) >= removedAsOf.term) return false;
  state.wasToldOfRemoval = true;
  state.refreshStanding();
  return true;
}

function requestVotes(state: CoreState, isTrial: boolean, isForced: boolean): void {
  for (const voter of distinctVoters(state.configurations.voters)) {
    if (voter === state.id) continue;
    const request: RequestVote = {
      type: 'RequestVote',
      from: state.id,
      to: voter,
      term: isTrial ? state.term + 1 : state.term,
      isTrial,
      isForced,
      lastLogIndex: state.log.lastIndex,
      lastLogTerm: state.log.lastTerm,
    };
    if (isTrial) state.outbox.send(request);
    else state.outbox.sendWhenDurable(request, 0);
  }
}

function recordVote(state: CoreState, voter: string, granted: boolean): void {
  const { candidacy } = state;
  if (candidacy === null) return;
  if (!candidacy.votes.has(voter)) candidacy.votes.set(voter, granted);
  const result = voteResult(state.configurations.voters, candidacy.votes);
  if (result === 'lost') {
    state.becomeFollower(
      state.term,
      null,
      candidacy.isTrial ? 'lost the trial election' : 'lost the election',
    );
  } else if (result === 'won') {
    if (candidacy.isTrial) startElection(state, false, 'won the trial election');
    else becomeLeaderElect(state);
  }
}
