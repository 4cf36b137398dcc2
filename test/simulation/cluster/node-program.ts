import type { RemoveNodeFromDatabase } from '../../../node/cluster/cluster-command.ts';
import { CommandRoute } from './command-route.ts';
import { CopyKeeper } from './copy-keeper.ts';
import { LeaderOffice } from './leader-office.ts';
import { processClock } from './process-clock.ts';
import type { World } from './world.ts';
import type { WorldNode } from './world-node.ts';
import { OBSERVE_EVERY_MS, REPORT_EVERY_MS } from './world-profile.ts';

/** One process of a node, from its start to its end: everything above Rachis. */
export class NodeProgram {
  readonly node: WorldNode;
  readonly route: CommandRoute;
  readonly keeper: CopyKeeper;
  readonly office: LeaderOffice;
  readonly #world: World;
  #isSettling = false;

  constructor(world: World, node: WorldNode) {
    this.#world = world;
    this.node = node;
    this.route = new CommandRoute(world, node);
    this.office = new LeaderOffice(world, node, this.route);
    const { clock, random, network } = world;
    const time = processClock(node, () => clock.nowMs, random.next);
    this.keeper = new CopyKeeper(node, {
      clock: time,
      network,
      names: world.lives.names,
      stored: world.copiesOf(node.id),
      create: (name, tag) => world.createDatabase(node, name, tag),
      setAside: (copy) => world.setAside(node, copy),
      deleted: (copy, isLast) => world.deleted(node, copy, isLast),
      confirmDeletion: (command) => this.#confirm(command),
    });
    network.listen(String(node.slot), (connection, header) => {
      this.keeper.accept(connection, header);
      const copy = this.keeper.copyOf(header.DatabaseName ?? '');
      if (copy === undefined || connection.isClosed || !world.isCurrent(node)) return;
      const life = world.lives.ofGroup(copy.groupId);
      world.watch(() => life?.topologies.taken(header, copy.recordIndex));
    });
    this.#repeat(REPORT_EVERY_MS, () => this.#report());
    this.#repeat(OBSERVE_EVERY_MS, () => this.office.work());
    this.#repeat(1000, () => this.office.tellVersion());
    // Where the others are stands in the membership, which changes without any command.
    this.#repeat(1000, () => this.keeper.settle());
    this.settleSoon();
  }

  /** The node has applied an entry, or a snapshot. */
  applied(): void {
    this.route.applied();
    this.settleSoon();
    for (const { transactions } of this.keeper.copies) if (!transactions.isCurrent) transactions.wake();
  }

  /** Once for all changes of one moment. */
  settleSoon(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    this.node.later(1, () => {
      this.#isSettling = false;
      this.keeper.settle();
    });
  }

  close(): void {
    this.keeper.close();
    this.#world.network.remove(String(this.node.slot));
  }

  #confirm(command: RemoveNodeFromDatabase): Promise<void> {
    return new Promise((resolve, reject) => {
      this.route.submit(command, this.#world.nextRequest(), (answer) => {
        if (answer.kind === 'applied') resolve();
        else reject(new Error(answer.kind));
      });
    });
  }

  #report(): void {
    const { node } = this;
    const leader = this.#world.nodeOf(node.core?.leader ?? null);
    const reports = this.keeper.reports();
    for (const { database, groupId } of this.keeper.copies) {
      this.#world.lives.ofGroup(groupId)?.topologies.seen(database);
    }
    if (leader === undefined) return;
    const { appliedIndex } = node.list;
    this.#world.tell(node, leader, ({ office }) => office.hear(node.id, appliedIndex, reports));
  }

  #repeat(everyMs: number, act: () => void): void {
    const again = () => {
      act();
      this.node.later(everyMs, again);
    };
    this.node.later(this.#world.random.between(1, everyMs), again);
  }
}
