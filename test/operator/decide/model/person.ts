import {
  DRAIN_ANNOTATION,
  PAUSED_ANNOTATION,
  RECOVER_ANNOTATION,
} from '../../../../operator/api/annotations.ts';
import type { ClusterConditionType } from '../../../../operator/api/conditions.ts';
import type { Condition } from '../../../../operator/api/raven-cluster.ts';
import type { ModelOperator } from './model-operator.ts';
import type { World } from './world.ts';

/** Somebody who reads the status and does what it says. */
export class Person {
  readonly #world: World;
  readonly #operator: ModelOperator;

  constructor(world: World, operator: ModelOperator) {
    this.#world = world;
    this.#operator = operator;
  }

  #condition(type: ClusterConditionType): Condition | undefined {
    return this.#operator.cluster.status?.conditions?.find((condition) => condition.type === type);
  }

  /** Agrees to the restart that the operator asks about. */
  approve(): void {
    const condition = this.#condition('Progressing');
    if (condition?.reason === 'AwaitingApproval') this.#annotateAs(condition);
  }

  /** Asks for the recovery that the operator offers, knowing that there is really no quorum. */
  recover(): void {
    const condition = this.#condition('Available');
    if (condition?.reason !== 'QuorumLost' || this.#world.rachis.hasQuorum()) return;
    const request = this.#annotateAs(condition);
    if (request !== undefined) this.#world.watchdog.permittedSurvivor = request.split('@')[0];
  }

  /** A request that is meant for another day, or another node. */
  recoverWrongly(): void {
    this.#operator.annotate(RECOVER_ANNOTATION, 'B@1:1');
  }

  #annotateAs({ message = '' }: Condition): string | undefined {
    const match = /annotate this resource with (\S+?)=([^\s,]+?)[.,]?(\s|$)/.exec(message);
    if (match?.[1] === undefined) return undefined;
    this.#operator.annotate(match[1], match[2]);
    return match[2];
  }

  /** Brings back what can be brought back, and takes back every wish to stand still. */
  tidyUp(): void {
    const { set, nodes } = this.#world;
    for (const node of nodes.all) node.isolated = false;
    this.#operator.annotate(PAUSED_ANNOTATION, undefined);
    this.#operator.annotate(DRAIN_ANNOTATION, undefined);
    const { spec } = this.#operator.cluster;
    const hasLoss = set?.hosts.all.some((host) => host.isDestroyed) === true;
    this.#operator.edit({
      ...spec,
      hibernated: false,
      ...(hasLoss ? { selfHealing: { lostNode: 'Replace', lostNodeAfter: '5m' } } : {}),
    });
    if (set === undefined) return;
    for (const host of set.hosts.all) {
      host.isDraining = false;
      if (host.isDestroyed) set.removeHost(host.name);
      else set.returnHost(host.name);
    }
    for (const claim of set.claims.values()) claim.growthError = undefined;
    if (set.isRevisionBad) set.revise();
  }

  /** Gives up the databases that nobody has any more who belongs to the cluster. */
  giveUpLostDatabases(): void {
    const { databases, rachis } = this.#world;
    databases.records = databases.records.filter(({ name, members }) =>
      members.some((tag) => rachis.tags.includes(tag) && rachis.nodeOf(tag).disk.copies.has(name)),
    );
  }
}
