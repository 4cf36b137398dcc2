import type { RavenCluster } from '../api/raven-cluster.ts';
import { present } from './desired-object.ts';
import { selectorLabels } from './labels.ts';

type Json = Readonly<Record<string, unknown>>;

const HOST_LABEL = 'kubernetes.io/hostname';

/** Weight of a preference: the highest that Kubernetes knows. */
const PREFERENCE_WEIGHT = 100;

/** The fields of a pod that say where it may run. */
export function podPlacement(cluster: RavenCluster): Json {
  const { placement } = cluster.spec;
  const affinity = affinityOf(cluster);
  return present({
    affinity: Object.keys(affinity).length === 0 ? undefined : affinity,
    topologySpreadConstraints: spreadConstraints(cluster),
    nodeSelector: placement.nodeSelector,
    tolerations: placement.tolerations,
    priorityClassName: placement.priorityClassName,
    schedulerName: placement.schedulerName,
    runtimeClassName: placement.runtimeClassName,
  });
}

/**
 * Pods of all revisions count alike: a constraint for one revision only would let a rolling update pile pods up in one
 * zone.
 */
function spreadConstraints({ spec, metadata }: RavenCluster): readonly Json[] | undefined {
  const { spread, whenUnsatisfiable, zoneLabel } = spec.placement;
  if (spread === 'None') return undefined;
  return [
    {
      maxSkew: 1,
      topologyKey: spread === 'Zone' ? zoneLabel : HOST_LABEL,
      whenUnsatisfiable,
      labelSelector: { matchLabels: selectorLabels(metadata.name) },
    },
  ];
}

/** What the spec says by its own words, beside the affinities that somebody wrote out: all of them hold. */
function affinityOf({ spec, metadata }: RavenCluster): Json {
  const { affinity = {}, hostAntiAffinity, zones, zoneLabel } = spec.placement;
  const given = affinity as Readonly<Record<string, Json | undefined>>;
  const onHost = {
    labelSelector: { matchLabels: selectorLabels(metadata.name) },
    topologyKey: HOST_LABEL,
  };
  const apart: Json =
    hostAntiAffinity === 'Required'
      ? { [REQUIRED]: [onHost] }
      : hostAntiAffinity === 'Preferred'
        ? { [PREFERRED]: [{ weight: PREFERENCE_WEIGHT, podAffinityTerm: onHost }] }
        : {};
  return {
    ...given,
    ...(hostAntiAffinity === 'None' ? {} : { podAntiAffinity: joined(given.podAntiAffinity ?? {}, apart) }),
    ...(zones.length === 0 ? {} : { nodeAffinity: withinZones(given.nodeAffinity ?? {}, zoneLabel, zones) }),
  };
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Pod affinities are lists of terms that all hold. */
function joined(given: Json, own: Json): Json {
  const terms = (of: Json, key: string): readonly unknown[] => (of[key] ?? []) as readonly unknown[];
  const lists = [REQUIRED, PREFERRED].flatMap((key) => {
    const all = [...terms(given, key), ...terms(own, key)];
    return all.length === 0 ? [] : [[key, all] as const];
  });
  return { ...given, ...Object.fromEntries(lists) };
}

/** Of the terms of a node affinity one is enough, so the zones go into every one of them. */
function withinZones(given: Json, zoneLabel: string, zones: readonly string[]): Json {
  const inZones = { key: zoneLabel, operator: 'In', values: [...zones].sort() };
  const { nodeSelectorTerms = [] } = (given[REQUIRED] ?? {}) as {
    readonly nodeSelectorTerms?: readonly Json[];
  };
  const terms = nodeSelectorTerms.length === 0 ? [{}] : nodeSelectorTerms;
  return {
    ...given,
    [REQUIRED]: {
      nodeSelectorTerms: terms.map((term: Json) => ({
        ...term,
        matchExpressions: [...((term.matchExpressions ?? []) as readonly unknown[]), inZones],
      })),
    },
  };
}
