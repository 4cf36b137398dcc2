import { tagOfOrdinal } from '../../../operator/decide/node-tag.ts';
import { nodeName } from '../../../operator/resources/names.ts';
import type { ClusterFacts, PodObject } from './cluster-facts.ts';

/** What a cluster at rest should be. */
export interface Expectation {
  readonly nodes: number;
  /** Copies that each database should have. */
  readonly copies: number;
}

/**
 * In how far the spec, the status, the pods, the membership and the databases don't say the same, a sentence each;
 * nothing when the cluster is at rest and as it should be. Pure.
 */
export function disagreements(name: string, facts: ClusterFacts, expected: Expectation): readonly string[] {
  return [
    ...aboutResource(facts, expected),
    ...aboutPods(name, facts, expected),
    ...aboutMembership(facts, expected),
    ...aboutDatabases(facts, expected),
  ];
}

function unless(isSo: boolean, sentence: () => string): readonly string[] {
  return isSo ? [] : [sentence()];
}

function tagsOf({ nodes }: Expectation): string {
  return Array.from({ length: nodes }, (_, ordinal) => tagOfOrdinal(ordinal)).join();
}

function aboutResource({ resource }: ClusterFacts, expected: Expectation): readonly string[] {
  const status = resource?.status;
  if (resource === undefined || status === undefined) return ['there is no status'];
  const condition = (type: string) => status.conditions?.find((each) => each.type === type);
  const ready = condition('Ready');
  const progressing = condition('Progressing');
  const members = [...(status.topology?.members ?? []), ...(status.topology?.watchers ?? [])].sort().join();
  return [
    ...unless(
      status.observedGeneration === resource.metadata.generation,
      () => `the status is of generation ${status.observedGeneration}, not ${resource.metadata.generation}`,
    ),
    ...unless(status.phase === 'Ready', () => `the phase is ${status.phase}`),
    ...unless(
      ready?.status === 'True',
      () => `Ready is ${ready?.status}: ${ready?.reason} ${ready?.message}`,
    ),
    ...unless(
      progressing?.status === 'False' && progressing.reason === 'Idle',
      () => `Progressing is ${progressing?.status}: ${progressing?.reason} ${progressing?.message}`,
    ),
    ...unless(
      status.readyReplicas === expected.nodes && status.nodes?.length === expected.nodes,
      () => `the status counts ${status.readyReplicas} ready of ${status.nodes?.length} nodes`,
    ),
    ...unless(members === tagsOf(expected), () => `the status has the members ${members}`),
  ];
}

function aboutPods(
  name: string,
  { set, pods, resource }: ClusterFacts,
  expected: Expectation,
): readonly string[] {
  const names = pods.map(({ metadata }) => metadata.name).sort();
  const wanted = Array.from({ length: expected.nodes }, (_, ordinal) => nodeName(name, ordinal)).sort();
  const revision = resource?.status?.updateRevision;
  return [
    ...unless(set?.spec.replicas === expected.nodes, () => `the set has ${set?.spec.replicas} replicas`),
    ...unless(names.join() === wanted.join(), () => `the pods are ${names.join()}`),
    ...pods.flatMap((pod) => unless(isReady(pod), () => `${pod.metadata.name} is not ready`)),
    ...pods.flatMap(({ metadata }) =>
      unless(
        revision === undefined || metadata.labels?.['controller-revision-hash'] === revision,
        () => `${metadata.name} runs another revision than ${revision}`,
      ),
    ),
  ];
}

export function isReady({ metadata, status }: PodObject): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && ready?.status === 'True';
}

function aboutMembership({ topologies }: ClusterFacts, expected: Expectation): readonly string[] {
  const answers = [...topologies.values()];
  const ids = new Set(answers.map((answer) => answer?.Topology.TopologyId));
  const leaders = new Set(answers.map((answer) => answer?.Leader));
  return [
    ...[...topologies].flatMap(([pod, answer]) => {
      if (answer === undefined) return [`${pod} does not answer`];
      const { Members, Watchers, Promotables } = answer.Topology;
      const tags = Object.keys({ ...Members, ...Watchers })
        .sort()
        .join();
      return unless(
        tags === tagsOf(expected) && Object.keys(Promotables).length === 0,
        () => `${pod} knows the members ${tags} and the promotables ${Object.keys(Promotables).join()}`,
      );
    }),
    ...unless(ids.size === 1, () => `the nodes know ${ids.size} topologies`),
    ...unless(leaders.size === 1 && !leaders.has(null), () => `the nodes know the leaders ${[...leaders]}`),
  ];
}

function aboutDatabases({ databases }: ClusterFacts, expected: Expectation): readonly string[] {
  if (databases === undefined) return ['nobody lists the databases'];
  const known = tagsOf(expected).split(',');
  return databases.flatMap(({ Name, NodesTopology }) => {
    const [members, promotables, rehabs] = [
      NodesTopology?.Members,
      NodesTopology?.Promotables,
      NodesTopology?.Rehabs,
    ].map((nodes) => (nodes ?? []).map(({ NodeTag }) => NodeTag));
    const isWhole =
      members?.length === expected.copies &&
      members.every((tag) => known.includes(tag)) &&
      promotables?.length === 0 &&
      rehabs?.length === 0;
    return unless(
      isWhole,
      () => `${Name} has the members ${members}, the promotables ${promotables}, the rehabs ${rehabs}`,
    );
  });
}
