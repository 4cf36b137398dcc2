import type { ClusterCommand } from '../../../node/cluster/cluster-command.ts';
import { toldVersions } from '../../../node/cluster/cluster-nodes.ts';
import { encodeEnvelope } from '../../../node/cluster/command-envelope.ts';
import { checkVersion, lowestVersion } from '../../../node/cluster/command-version.ts';
import { decideAsLeader } from '../../../node/cluster/leader-decisions.ts';
import type { CommandOutcome } from '../../../node/cluster/state/apply-command.ts';
import { nodePropertiesIn } from '../../../node/cluster/state/node-properties.ts';
import { programOf, requestIdOf } from './replicated-cluster.ts';
import type { World } from './world.ts';
import type { WorldNode } from './world-node.ts';

/** What became of a command: applied here with an outcome, refused before it was in the log, or nobody knows. */
export type Answer =
  | { readonly kind: 'applied'; readonly index: number; readonly outcome: CommandOutcome }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unknown' };

type LeaderAnswer = { readonly index: number } | { readonly refused: string };

/** After this a client asks no longer what became of its command, in virtual milliseconds. */
const PATIENCE_MS = 5000;

/** The way of commands and reads from any node to the leader and back, as one process of a node knows it. */
export class CommandRoute {
  readonly #world: World;
  readonly #node: WorldNode;
  /** While this node leads: who is told when a request has been applied. */
  readonly #proposed = new Map<number, (answer: LeaderAnswer) => void>();
  readonly #reads = new Map<number, (index: number | null) => void>();
  #waiters: { readonly index: number; readonly wake: () => void }[] = [];

  constructor(world: World, node: WorldNode) {
    this.#world = world;
    this.#node = node;
  }

  submit(command: ClusterCommand, request: number, done: (answer: Answer) => void): void {
    const envelope = { requestId: requestIdOf(request), timeMs: this.#world.wallMs(this.#node), command };
    const finish = this.#once<Answer>(done, { kind: 'unknown' });
    this.#ask(
      (leader, reply: (answer: LeaderAnswer) => void) => leader.#lead(envelope, request, reply),
      () => finish({ kind: 'refused', message: 'there is no leader' }),
      (answer) => {
        if ('refused' in answer) {
          finish({ kind: 'refused', message: answer.refused });
          return;
        }
        this.whenApplied(answer.index, () => {
          const outcome = this.#node.list.outcomeOf(request);
          if (outcome !== undefined) finish({ kind: 'applied', index: answer.index, outcome });
        });
      },
    );
  }

  /** Calls back when this node has applied whatever was acknowledged before; false when nobody confirmed it. */
  readBarrier(done: (isConfirmed: boolean) => void): void {
    const finish = this.#once<boolean>(done, false);
    this.#ask(
      (leader, reply: (index: number | null) => void) => leader.#read(reply),
      () => finish(false),
      (index) => {
        if (index === null) finish(false);
        else this.whenApplied(index, () => finish(true));
      },
    );
  }

  whenApplied(index: number, wake: () => void): void {
    if (this.#node.list.appliedIndex >= index) wake();
    else this.#waiters.push({ index, wake });
  }

  /** The node has applied something. */
  applied(): void {
    const { list } = this.#node;
    for (const [request, reply] of [...this.#proposed]) {
      const index = list.placeOf(request);
      if (index === undefined) continue;
      this.#proposed.delete(request);
      reply({ index });
    }
    const due = this.#waiters.filter(({ index }) => index <= list.appliedIndex);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter(({ index }) => index > list.appliedIndex);
    for (const { wake } of due) wake();
  }

  readAnswered(context: number, index: number | null): void {
    const reply = this.#reads.get(context);
    this.#reads.delete(context);
    reply?.(index);
  }

  /** On the leader: as the cluster layer prepares a command. */
  #lead(
    envelope: { readonly requestId: string; readonly timeMs: number; readonly command: ClusterCommand },
    request: number,
    reply: (answer: LeaderAnswer) => void,
  ): void {
    const { core, image, list } = this.#node;
    if (core === null || !this.#node.isCaughtUpLeader) {
      reply({ refused: 'this node does not lead, or does not know yet what its predecessors left' });
      return;
    }
    const nodes = image.configuration?.nodes ?? [];
    const program = programOf(this.#world.versionOf(this.#node));
    let command: ClusterCommand;
    try {
      const told = toldVersions(nodes, nodePropertiesIn(list.state));
      checkVersion(envelope.command, told, program);
      const { peers, lastIndex } = core.status();
      const isConnected = (id: string) =>
        id === this.#node.id || peers.some((peer) => peer.id === id && peer.lastReplyTicksAgo < 10);
      command = decideAsLeader(envelope.command, () => ({
        state: list.state,
        candidates: nodes.map(({ tag, id }) => ({ tag, isConnected: isConnected(id) })),
        nodeIdOf: (tag) => nodes.find((node) => node.tag === tag)?.id,
        commandVersion: lowestVersion(told, program),
        turn: lastIndex,
      }));
    } catch (error) {
      reply({ refused: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.#proposed.set(request, reply);
    if (this.#node.propose([request], [encodeEnvelope({ ...envelope, command })])) return;
    this.#proposed.delete(request);
    reply({ refused: 'the leader takes nothing now' });
  }

  #read(reply: (index: number | null) => void): void {
    const context = this.#world.nextRequest();
    this.#reads.set(context, reply);
    this.#node.read(context);
  }

  /** Something asked of the leader, by messages that may be lost. */
  #ask<Reply>(
    ask: (leader: CommandRoute, reply: (answer: Reply) => void) => void,
    onNoLeader: () => void,
    onReply: (answer: Reply) => void,
  ): void {
    const world = this.#world;
    const leader = world.nodeOf(this.#node.core?.leader ?? null);
    if (leader === undefined) {
      onNoLeader();
      return;
    }
    world.tell(this.#node, leader, (there) =>
      ask(there.route, (answer) =>
        world.tell(leader, this.#node, ({ route }) => {
          if (route === this) onReply(answer);
        }),
      ),
    );
  }

  #once<Result>(done: (result: Result) => void, otherwise: Result): (result: Result) => void {
    let isDone = false;
    const finish = (result: Result) => {
      if (isDone) return;
      isDone = true;
      done(result);
    };
    this.#world.clock.schedule(PATIENCE_MS, () => finish(otherwise));
    return finish;
  }
}
