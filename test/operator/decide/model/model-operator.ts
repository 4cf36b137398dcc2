import { expect } from 'vitest';
import type { RavenCluster } from '../../../../operator/api/raven-cluster.ts';
import { RAVEN_CLUSTER } from '../../../../operator/api/resource-kind.ts';
import { validateResource } from '../../../../operator/api/validate-resource.ts';
import { type Action, isIndependent, isMembershipAction } from '../../../../operator/decide/action.ts';
import { type Decision, decide } from '../../../../operator/decide/decide.ts';
import { certain, FIRST_MEMORY, type Memory } from '../../../../operator/decide/memory.ts';
import type { Observed, ObservedNode } from '../../../../operator/decide/observed.ts';
import { PreconditionError } from './invariant.ts';
import type { World } from './world.ts';

/** How a pass goes: how far the operator comes before it dies, what it hears of, what it sees. */
export interface Pass {
  readonly steps: number;
  readonly answered: boolean;
  readonly silent: readonly number[];
  /**
   * The watches of Kubernetes show how things were after the operator's last action. What nodes say is always fresh, and
   * of its own processes the local platform knows at once.
   */
  readonly isStale: boolean;
}

export const GOOD_PASS: Pass = { steps: 1_000, answered: true, silent: [], isStale: false };

/** The operator's loop as a test drives it: decide, report, remember, act, perhaps die in between. */
export class ModelOperator {
  readonly #world: World;
  memory: Memory = FIRST_MEMORY;
  cluster: RavenCluster;
  #shown: readonly ObservedNode[] | undefined;

  constructor(world: World, spec: unknown) {
    this.#world = world;
    this.cluster = clusterOf(spec);
  }

  edit(spec: unknown): void {
    const { metadata, status } = this.cluster;
    this.cluster = { ...clusterOf(spec), metadata, ...(status === undefined ? {} : { status }) };
  }

  annotate(key: string, value: string | undefined): void {
    const { [key]: _, ...others } = this.cluster.metadata.annotations ?? {};
    const annotations = value === undefined ? others : { ...others, [key]: value };
    this.cluster = { ...this.cluster, metadata: { ...this.cluster.metadata, annotations } };
  }

  /** What would be decided now, without doing it. */
  ponder(): Decision {
    return decide(this.cluster, this.#world.observe(), this.memory);
  }

  pass({ steps, answered, silent, isStale }: Pass): readonly Action[] {
    const world = this.#world;
    const fresh = world.observe(new Set(silent));
    const shown = isStale && world.keeper.keepsProcesses ? this.#shown : undefined;
    const observed = shown === undefined ? fresh : asShown(fresh, shown);
    const decision = decide(this.cluster, observed, this.memory);
    expect(decision.actions.filter(isMembershipAction).length).toBeLessThanOrEqual(1);
    this.cluster = { ...this.cluster, status: decision.status };
    world.wishes.report(
      decision.databases,
      decision.settled,
      (name) => world.databases.named(name) !== undefined,
    );
    this.memory = decision.memory;
    for (const action of decision.actions.slice(0, steps)) {
      try {
        world.act(action, observed, answered);
      } catch (error) {
        if (!(error instanceof PreconditionError)) throw error;
        if (isIndependent(action)) continue;
        if (decision.actions.some(isMembershipAction)) this.memory = certain(this.memory);
        break;
      }
      if (isMembershipAction(action) && answered) this.memory = certain(this.memory);
    }
    this.#shown = world.observe().nodes;
    return decision.actions;
  }
}

function asShown(fresh: Observed, shown: readonly ObservedNode[]): Observed {
  const answers = new Map(fresh.nodes.map(({ ordinal, answer }) => [ordinal, answer]));
  return {
    ...fresh,
    nodes: shown.map(({ answer: _, ...node }) => {
      const answer = answers.get(node.ordinal);
      return { ...node, ...(answer === undefined ? {} : { answer }) };
    }),
  };
}

function clusterOf(spec: unknown): RavenCluster {
  const raw = spec as { nodes: number; consensus: { watchers: number }; replicationFactor: object };
  const policy = raw.replicationFactor as { target: number; minimum?: number };
  const resource = {
    apiVersion: 'ravencluster.io/v1beta1',
    kind: 'RavenCluster',
    metadata: { name: 'model' },
    spec: {
      ...raw,
      consensus: { ...raw.consensus, watchers: Math.min(raw.consensus.watchers, raw.nodes - 1) },
      replicationFactor: {
        ...policy,
        minimum: Math.min(policy.minimum ?? 1, policy.target, raw.nodes),
      },
    },
  };
  const { value, faults } = validateResource(RAVEN_CLUSTER, resource);
  expect(faults).toEqual([]);
  return value as RavenCluster;
}
