import type { AddDatabase } from '../../../node/cluster/cluster-command.ts';
import { findRecord } from '../../../node/cluster/state/stored-record.ts';
import { lifeIds } from './database-group.ts';
import { DatabaseLife, type LifeSurroundings } from './database-life.ts';
import type { AppliedCommand, ReplicatedCluster } from './replicated-cluster.ts';

/** Every database that there ever was in a world. Under one name there is one after the other. */
export class DatabaseLives {
  /** Names that are in use, in the order of the world. */
  readonly names: readonly string[];
  readonly #surroundings: LifeSurroundings;
  readonly #lives: DatabaseLife[] = [];
  #lastNumber = 0;

  constructor(names: readonly string[], surroundings: LifeSurroundings) {
    this.names = names;
    this.#surroundings = surroundings;
  }

  get all(): readonly DatabaseLife[] {
    return this.#lives;
  }

  /** Those that are there, and are to stay. */
  get living(): readonly DatabaseLife[] {
    return this.#lives.filter(({ isOver, deletion }) => !isOver && deletion === null);
  }

  /** The one that is there now, or is just being deleted. */
  of(name: string): DatabaseLife | undefined {
    return this.#lives.findLast((life) => life.name === name && !life.isOver);
  }

  /** The one that a command at this Raft index was for. */
  at(name: string, index: number): DatabaseLife | undefined {
    return this.#lives.findLast((life) => life.name === name && life.bornAt <= index && index < life.endedAt);
  }

  ofGroup(groupId: string): DatabaseLife | undefined {
    return this.#lives.find((life) => life.groupId === groupId);
  }

  /** What creates a database under a name; it becomes a life when it is applied. */
  creation(name: string, replicationFactor: number): AddDatabase {
    const { groupId, transactionsId } = lifeIds(++this.#lastNumber);
    const Topology = {
      DatabaseTopologyIdBase64: groupId,
      ClusterTransactionIdBase64: transactionsId,
      DynamicNodesDistribution: true,
    };
    const record = { DatabaseName: name, Topology };
    return { type: 'AddDatabase', record, replicationFactor, expectedEtag: null };
  }

  /** In the order of the log, each entry once. */
  applied(applied: AppliedCommand, list: ReplicatedCluster): void {
    const { command, outcome, isFirst } = applied;
    if (command.type === 'AddDatabase' && isFirst && !('error' in outcome)) this.#begin(applied, list);
    for (const life of this.#lives) if (!life.isOver) life.applied(applied, list);
  }

  #begin({ index }: AppliedCommand, { state }: ReplicatedCluster): void {
    for (const name of this.names) {
      const stored = findRecord(state, name);
      const number = Number(/^GROUP(\d+)/.exec(stored?.record.Topology.DatabaseTopologyIdBase64 ?? '')?.[1]);
      if (stored?.etag !== index || this.ofGroup(lifeIds(number).groupId) !== undefined) continue;
      const softly = this.#lives.filter((life) => life.name === name && life.deletion === 'SoftDelete');
      const mayFind = new Set(softly.flatMap((life) => [life, ...life.mayFind]));
      this.#lives.push(new DatabaseLife(name, lifeIds(number), index, mayFind, this.#surroundings));
    }
  }
}
