import {
  CONTROLLER_REVISION,
  ENDPOINT_SLICE,
  EVENT,
  NODE,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  STORAGE_CLASS,
} from '../../platform/kubernetes/api/kinds.ts';
import { hasReason } from '../../platform/kubernetes/api/kube-error.ts';
import { describeRef, type KindRef, type KubeObject } from '../../platform/kubernetes/api/kube-object.ts';
import { KINDS_OF_CLUSTERS, OPTIONAL_KINDS_OF_CLUSTERS } from '../../platform/kubernetes/cluster-kinds.ts';
import { RAVEN_DATABASE_KIND } from '../../platform/kubernetes/resource-kinds.ts';
import { CLUSTER_LABEL, labelSelector } from '../../resources/labels.ts';
import type { ClusterObject } from '../find-cluster.ts';
import { EVENTS_MAX } from '../limits.ts';
import type { Session } from '../session.ts';
import { redact } from './redact.ts';
import { type Omission, omission, type ReportPart, yamlFile } from './report-file.ts';

/** Kinds that belong to a cluster by its label. Those that nobody installed are passed over. */
const OWNED: readonly KindRef[] = [
  ...KINDS_OF_CLUSTERS,
  CONTROLLER_REVISION,
  ENDPOINT_SLICE,
  ...OPTIONAL_KINDS_OF_CLUSTERS,
];

interface PodObject extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
}

interface ClaimObject extends KubeObject {
  readonly spec?: { readonly volumeName?: string; readonly storageClassName?: string };
}

interface DatabaseObject extends KubeObject {
  readonly spec?: { readonly clusterRef?: { readonly name?: string } };
}

interface EventObject extends KubeObject {
  readonly regarding?: { readonly kind?: string; readonly name?: string };
  readonly reason?: string;
  readonly note?: string;
  readonly type?: string;
  readonly eventTime?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}

/** The cluster's objects in Kubernetes, redacted, and what they rest on: machines, volumes, storage classes. */
export async function* collectResources(
  session: Session,
  cluster: ClusterObject,
): AsyncGenerator<ReportPart> {
  yield yamlFile('resources/ravencluster.yaml', redact(cluster));
  const found = new Map<KindRef, readonly KubeObject[]>();
  for (const kind of OWNED) {
    const objects = await listOwned(session, cluster, kind);
    if ('what' in objects) {
      yield objects;
      continue;
    }
    found.set(kind, objects);
    for (const object of objects) {
      yield yamlFile(`resources/${kind.plural}/${object.metadata.name}.yaml`, redact(object));
    }
  }
  yield* databases(session, cluster);
  const pods = (found.get(POD) ?? []) as readonly PodObject[];
  const claims = (found.get(PERSISTENT_VOLUME_CLAIM) ?? []) as readonly ClaimObject[];
  yield* named(
    session,
    NODE,
    pods.map(({ spec }) => spec?.nodeName),
  );
  yield* named(
    session,
    PERSISTENT_VOLUME,
    claims.map(({ spec }) => spec?.volumeName),
  );
  yield* named(
    session,
    STORAGE_CLASS,
    claims.map(({ spec }) => spec?.storageClassName),
  );
  yield await events(session, cluster);
}

async function listOwned(
  { client }: Session,
  { metadata }: ClusterObject,
  kind: KindRef,
): Promise<readonly KubeObject[] | Omission> {
  const selection = {
    namespace: metadata.namespace,
    labelSelector: labelSelector({ [CLUSTER_LABEL]: metadata.name }),
  };
  try {
    return (await client.list(kind, selection)).items;
  } catch (error) {
    return hasReason(error, 'NotServed') ? [] : omission(kind.plural, error);
  }
}

async function* databases({ client }: Session, { metadata }: ClusterObject): AsyncGenerator<ReportPart> {
  try {
    const { items } = await client.list<DatabaseObject>(RAVEN_DATABASE_KIND, {
      namespace: metadata.namespace,
    });
    for (const database of items.filter(({ spec }) => spec?.clusterRef?.name === metadata.name)) {
      yield yamlFile(`resources/ravendatabases/${database.metadata.name}.yaml`, redact(database));
    }
  } catch (error) {
    yield omission(RAVEN_DATABASE_KIND.plural, error);
  }
}

async function* named(
  { client }: Session,
  kind: KindRef,
  names: readonly (string | undefined)[],
): AsyncGenerator<ReportPart> {
  for (const name of new Set(names)) {
    if (name === undefined) continue;
    try {
      const object = await client.get({ kind, name });
      if (object !== undefined) yield yamlFile(`resources/${kind.plural}/${name}.yaml`, redact(object));
    } catch (error) {
      yield omission(describeRef({ kind, name }), error);
    }
  }
}

async function events({ client }: Session, { metadata }: ClusterObject): Promise<ReportPart> {
  const isAbout = (name: string | undefined): boolean =>
    name === metadata.name ||
    name?.startsWith(`${metadata.name}-`) === true ||
    name?.includes(`-${metadata.name}-`) === true;
  try {
    const { items } = await client.list<EventObject>(EVENT, { namespace: metadata.namespace });
    const lines = items
      .filter(({ regarding }) => isAbout(regarding?.name))
      .map((event) => ({ at: timeOf(event), text: lineOf(event) }))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .slice(-EVENTS_MAX)
      .map(({ text }) => text);
    return { path: 'events.txt', text: `${lines.join('\n')}\n` };
  } catch (error) {
    return omission('events', error);
  }
}

function timeOf({ series, deprecatedLastTimestamp, eventTime, metadata }: EventObject): string {
  return series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
}

function lineOf(event: EventObject): string {
  const { type = '', reason = '', regarding = {}, note = '', series } = event;
  const times = series?.count === undefined ? '' : ` (${series.count} times)`;
  return `${timeOf(event)} ${type} ${reason} ${regarding.kind ?? ''}/${regarding.name ?? ''}: ${note.replaceAll('\n', ' ')}${times}`;
}
