import { POD } from '../../platform/kubernetes/api/kinds.ts';
import { hasReason } from '../../platform/kubernetes/api/kube-error.ts';
import { type KubeObject, objectPath } from '../../platform/kubernetes/api/kube-object.ts';
import { CLUSTER_LABEL, labelSelector, MANAGED_BY } from '../../resources/labels.ts';
import type { ClusterObject } from '../find-cluster.ts';
import { LOG_BYTES_MAX, LOG_LINES_MAX, LOGGED_PODS_MAX } from '../limits.ts';
import type { Session } from '../session.ts';
import { redact } from './redact.ts';
import { omission, type ReportPart, yamlFile } from './report-file.ts';

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
}

interface LoggingPod extends KubeObject {
  readonly status?: {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** The end of every log of every pod of the cluster, and of the run before where a container was restarted. */
export async function* collectNodeLogs(
  session: Session,
  { metadata }: ClusterObject,
): AsyncGenerator<ReportPart> {
  const selector = labelSelector({ [CLUSTER_LABEL]: metadata.name });
  yield* logsOf(session, metadata.namespace, selector, 'logs');
}

/**
 * The operator's pods and logs.
 *
 * @param namespace of the operator; every one is searched when it is not given
 */
export async function* collectOperator(
  session: Session,
  namespace: string | undefined,
): AsyncGenerator<ReportPart> {
  const selector = labelSelector({ 'app.kubernetes.io/name': MANAGED_BY });
  yield* logsOf(session, namespace, selector, 'operator');
}

async function* logsOf(
  session: Session,
  namespace: string | undefined,
  selector: string,
  folder: string,
): AsyncGenerator<ReportPart> {
  let pods: readonly LoggingPod[];
  try {
    pods = (await session.client.list<LoggingPod>(POD, { namespace, labelSelector: selector })).items;
  } catch (error) {
    const hint = hasReason(error, 'Forbidden') ? ' (name its namespace with --operator-namespace)' : '';
    yield omission(`pods of ${folder}${namespace === undefined ? hint : ''}`, error);
    return;
  }
  if (pods.length === 0) yield { what: `pods of ${folder}`, why: 'there are none' };
  for (const pod of pods.slice(0, LOGGED_PODS_MAX)) {
    if (folder === 'operator') yield yamlFile(`${folder}/${pod.metadata.name}.yaml`, redact(pod));
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    for (const { name, restartCount } of [...initContainerStatuses, ...containerStatuses]) {
      yield await logOf(session, pod, name, folder, false);
      if (restartCount > 0) yield await logOf(session, pod, name, folder, true);
    }
  }
  if (pods.length > LOGGED_PODS_MAX) {
    yield { what: `${pods.length - LOGGED_PODS_MAX} more pods of ${folder}`, why: 'they would be too many' };
  }
}

async function logOf(
  { client }: Session,
  { metadata }: LoggingPod,
  container: string,
  folder: string,
  isPrevious: boolean,
): Promise<ReportPart> {
  const { name, namespace = '' } = metadata;
  const path = `${folder}/${name}/${container}${isPrevious ? '.previous' : ''}.log`;
  const query = new URLSearchParams({
    container,
    timestamps: 'true',
    tailLines: String(LOG_LINES_MAX),
    limitBytes: String(LOG_BYTES_MAX),
    previous: String(isPrevious),
  });
  try {
    const text = await client.raw(`${objectPath({ kind: POD, namespace, name }, 'log')}?${query}`, {
      accept: '*/*',
    });
    return { path, text };
  } catch (error) {
    return omission(path, error);
  }
}
