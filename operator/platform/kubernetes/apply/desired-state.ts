import type { RavenCluster } from '../../../api/raven-cluster.ts';
import type { ClusterFacts } from '../../../resources/cluster-facts.ts';
import type { AbsentObject, DesiredObject } from '../../../resources/desired-object.ts';
import { type DesiredObjects, desiredObjects } from '../../../resources/desired-objects.ts';
import { ordinalOfPod } from '../../../resources/names.ts';
import { kindKey, knownKind, SERVICE, STATEFUL_SET } from '../api/kinds.ts';
import type { ClusterScope } from '../cluster-scope.ts';
import type { ClusterObjects } from '../observe/cluster-objects.ts';
import type { ClusterReader } from '../observe/cluster-reader.ts';
import type { ApplyProblem, ObjectApplier } from './object-applier.ts';
import { applyStatefulSet, mustBeMadeAnew, removeToMakeAnew, unadoptedPods } from './stateful-set-applier.ts';

/** What is the same for all clusters of an operator. */
export interface OperatorFacts {
  readonly defaultImage: string;
  readonly operatorNamespace: string;
  /** Kinds that the API server has, by `<apiVersion>/<kind>`. */
  readonly served: { has(kind: string): boolean };
}

/** Keeps the objects of one cluster, beside its nodes, as the resource wants them. */
export class DesiredState {
  readonly #scope: ClusterScope;
  readonly #reader: ClusterReader;
  readonly #applier: ObjectApplier;
  readonly #facts: OperatorFacts;

  constructor(options: {
    readonly scope: ClusterScope;
    readonly reader: ClusterReader;
    readonly applier: ObjectApplier;
    readonly facts: OperatorFacts;
  }) {
    this.#scope = options.scope;
    this.#reader = options.reader;
    this.#applier = options.applier;
    this.#facts = options.facts;
  }

  /** @returns what is not as it should be, and stays so for now */
  async bring(
    cluster: RavenCluster,
    objects: ClusterObjects,
    nowMs: number,
  ): Promise<readonly ApplyProblem[]> {
    const { wanted, absent } = desiredObjects(cluster, this.#factsOf(cluster, objects));
    const problems = await this.#applyAll(wanted, objects, nowMs);
    for (const object of absent) await this.#remove(object);
    const { statefulSet } = objects;
    const isSetAsWanted = statefulSet !== undefined && statefulSet.metadata.deletionTimestamp === undefined;
    if (isSetAsWanted && mustBeMadeAnew(objects, cluster.spec.storage.data.size)) {
      await removeToMakeAnew(this.#scope, statefulSet);
    }
    return [...problems, ...adoptionProblems(objects)];
  }

  async #applyAll(
    wanted: DesiredObjects['wanted'],
    objects: ClusterObjects,
    nowMs: number,
  ): Promise<readonly ApplyProblem[]> {
    const problems: ApplyProblem[] = [];
    for (const object of wanted) {
      const problem = await this.#apply(object, objects, nowMs);
      if (problem !== undefined) problems.push(problem);
    }
    return problems;
  }

  async #apply(
    object: DesiredObject,
    objects: ClusterObjects,
    nowMs: number,
  ): Promise<ApplyProblem | undefined> {
    const kind = knownKind(object);
    if (kind === undefined || !this.#facts.served.has(kindKey(object))) {
      const message = `${object.kind} of ${object.apiVersion}, which the spec asks for, is not served here`;
      return { reason: 'ApiError', message };
    }
    return kind === STATEFUL_SET
      ? applyStatefulSet(this.#scope, this.#applier, object, objects.statefulSet, nowMs)
      : this.#applier.apply(object, await this.#reader.find(kind, object.metadata.name), nowMs);
  }

  /** Only what this cluster made: somebody else's object of the name is theirs. */
  async #remove(object: AbsentObject): Promise<void> {
    const kind = knownKind(object);
    const found = kind === undefined ? undefined : await this.#reader.find(kind, object.name);
    if (kind === undefined || found === undefined || found.metadata.deletionTimestamp !== undefined) return;
    const isOurs = (found.metadata.ownerReferences ?? []).some(({ uid }) => uid === this.#scope.uid);
    if (isOurs) await this.#scope.writer.delete(kind, found);
  }

  #factsOf(cluster: RavenCluster, objects: ClusterObjects): ClusterFacts {
    const { name } = this.#scope;
    const running = [...objects.pods.keys()].map((ordinal) => ordinal + 1);
    const template = objects.statefulSet?.spec?.volumeClaimTemplates?.[0]?.spec;
    const size = template?.resources?.requests?.storage;
    const attributes = template?.volumeAttributesClassName;
    return {
      ...this.#facts,
      nodeCount: Math.max(cluster.spec.nodes, objects.statefulSet?.spec?.replicas ?? 0, ...running),
      nodeServices: this.#reader
        .owned(SERVICE)
        .map((service) => ordinalOfPod(name, service.metadata.name))
        .filter((ordinal) => ordinal !== undefined),
      isOperationRunning: cluster.status?.operation !== undefined,
      ...(size === undefined
        ? {}
        : {
            claimTemplate: {
              size,
              ...(attributes === undefined ? {} : { volumeAttributesClassName: attributes }),
            },
          }),
    };
  }
}

function adoptionProblems(objects: ClusterObjects): readonly ApplyProblem[] {
  const pods = unadoptedPods(objects);
  if (pods.length === 0) return [];
  const message = `The StatefulSet has not taken over ${pods.join(', ')}: nobody would replace them`;
  return [{ reason: 'ApiError', message }];
}
