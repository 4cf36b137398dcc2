import { isDeepStrictEqual } from 'node:util';
import { memoryName } from '../../../resources/names.ts';
import { CONFIG_MAP, kindKey, NODE, POD, STORAGE_CLASS } from '../api/kinds.ts';
import { type KubeObject, keyOf } from '../api/kube-object.ts';
import type { CacheChange } from '../api/object-cache.ts';
import { clusterKeyOf, type KubeMirror } from '../kube-mirror.ts';
import type { PodObject } from '../observe/cluster-objects.ts';
import { hostName } from '../observe/host-view.ts';
import type { DatabaseObject } from '../report/database-resources.ts';
import { RAVEN_CLUSTER_KIND, RAVEN_DATABASE_KIND } from '../resource-kinds.ts';

/** The clusters, as `<namespace>/<name>`, that a change of an object is news for. */
export function clustersConcerned(change: CacheChange, mirror: KubeMirror): readonly string[] {
  const { object } = change;
  switch (kindKey(object)) {
    case kindKey(RAVEN_CLUSTER_KIND):
      return isNews(change) ? [keyOf(object)] : [];
    case kindKey(RAVEN_DATABASE_KIND):
      return isNews(change) ? [clusterOfDatabase(object as DatabaseObject)] : [];
    case kindKey(NODE):
      return isHostNews(change) ? clustersOn(object.metadata.name, mirror) : [];
    case kindKey(STORAGE_CLASS):
      return [];
    default: {
      const cluster = clusterKeyOf(object);
      return cluster === undefined || isOwnMemory(object) ? [] : [cluster];
    }
  }
}

/** A status that the operator itself wrote is no news. */
function isNews(change: CacheChange): boolean {
  if (change.type !== 'Modified') return true;
  const [before, now] = [change.previous, change.object].map(({ metadata }) => ({
    generation: metadata.generation,
    annotations: metadata.annotations,
    deletionTimestamp: metadata.deletionTimestamp,
    finalizers: metadata.finalizers,
  }));
  return !isDeepStrictEqual(before, now);
}

function isOwnMemory({ apiVersion, kind, metadata }: KubeObject): boolean {
  const cluster = clusterKeyOf({ apiVersion, kind, metadata })?.split('/')[1] ?? '';
  return kindKey({ apiVersion, kind }) === kindKey(CONFIG_MAP) && metadata.name === memoryName(cluster);
}

function clusterOfDatabase({ metadata, spec }: DatabaseObject): string {
  return `${metadata.namespace}/${spec.clusterRef.name}`;
}

/** Machines report every few seconds that nothing has changed. */
function isHostNews(change: CacheChange): boolean {
  if (change.type !== 'Modified') return true;
  const [before, now] = [change.previous, change.object].map(({ metadata, ...rest }) => ({
    ...rest,
    labels: metadata.labels,
  }));
  return !isDeepStrictEqual(before, now);
}

function clustersOn(host: string, mirror: KubeMirror): readonly string[] {
  const pods = mirror.cache<PodObject>(POD)?.values() ?? [];
  const keys = pods.filter((pod) => hostName(pod, undefined) === host).map(clusterKeyOf);
  return [...new Set(keys.filter((key) => key !== undefined))];
}
