import type { ClusterNode } from '../core/configuration.ts';
import type { CoreStatus } from '../core/core-status.ts';

interface Round {
  /** The leader's last index when the round began. */
  readonly target: number;
  readonly startedMs: number;
}

/**
 * Says which promotables are to become members: those that hold within one election timeout everything that was in the
 * leader's log when the round began (Raft thesis §4.2.1). So a busy leader can't starve a promotion, and a node that is
 * too slow to follow doesn't become part of the quorum.
 */
export class PromotionRounds {
  readonly #roundMs: number;
  readonly #rounds = new Map<string, Round>();

  constructor(electionTimeoutMs: number) {
    this.#roundMs = electionTimeoutMs;
  }

  /** Empty unless this node leads and no other change is under way. */
  ready(status: CoreStatus, isConnected: (id: string) => boolean, nowMs: number): readonly ClusterNode[] {
    const { configuration } = status;
    if (status.state !== 'Leader' || configuration === null) {
      this.#rounds.clear();
      return [];
    }
    const ready = configuration.nodes.filter(
      (node) => node.role === 'promotable' && this.#isReady(status, node, isConnected(node.id), nowMs),
    );
    const isSettled = status.isConfigurationCommitted && configuration.outgoingMembers.length === 0;
    return isSettled ? ready.map((node) => ({ ...node, role: 'member' })) : [];
  }

  #isReady(status: CoreStatus, node: ClusterNode, isConnected: boolean, nowMs: number): boolean {
    const peer = status.peers.find((candidate) => candidate.id === node.id);
    if (peer === undefined || !isConnected || !peer.hasReplied) {
      this.#rounds.delete(node.id);
      return false;
    }
    const round = this.#rounds.get(node.id) ?? { target: status.lastIndex, startedMs: nowMs };
    this.#rounds.set(node.id, round);
    if (peer.match < round.target) return false;
    const isQuick = nowMs - round.startedMs <= this.#roundMs;
    if (!isQuick) this.#rounds.set(node.id, { target: status.lastIndex, startedMs: nowMs });
    return isQuick && peer.match >= status.configurationIndex;
  }
}
