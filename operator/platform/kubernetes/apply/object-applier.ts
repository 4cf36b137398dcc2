import { APPLIED_HASH_ANNOTATION } from '../../../resources/labels.ts';
import { FIELD_MANAGER, SCALE_FIELD_MANAGER } from '../../../resources/names.ts';
import { kindKey, knownKind } from '../api/kinds.ts';
import { KubeError } from '../api/kube-error.ts';
import { type KubeObject, keyOf, refOf } from '../api/kube-object.ts';
import type { ClusterScope } from '../cluster-scope.ts';
import { REFUSED_RETRY_MAX_MS, REFUSED_RETRY_MS } from '../limits.ts';
import { DriftLog, otherManagers } from './drift-log.ts';
import { foreignBecause } from './foreign-object.ts';
import { type Difference, differencesOf } from './object-difference.ts';

/** Something that is not as it should be, and stays so for now: what the API server has against it. */
export interface ApplyProblem {
  readonly reason: 'Forbidden' | 'InvalidSpec' | 'ApplyConflict' | 'ApiError';
  readonly message: string;
}

/** Somebody changed what the operator applied, and it was put back. */
export interface CorrectedDrift {
  readonly object: KubeObject;
  readonly fields: readonly string[];
  /** Who else writes to the object, the latest first. */
  readonly others: readonly string[];
}

/** What is known of an object from its last apply. */
interface AppliedState {
  readonly uid: string | undefined;
  readonly hash: string | undefined;
  /** Differences that were there right after the apply: the API server writes these fields in another way. */
  readonly rewritten: ReadonlySet<string>;
}

interface Refusal {
  readonly hash: string | undefined;
  readonly problem: ApplyProblem;
  readonly delayMs: number;
  readonly untilMs: number;
}

export interface ApplierOptions {
  readonly scope: ClusterScope;
  readonly onDrift: (drift: CorrectedDrift) => void;
}

/** Server-side apply of what is wanted, where what is there differs; nothing is sent when nothing does. */
export class ObjectApplier {
  readonly #options: ApplierOptions;
  readonly #drift = new DriftLog();
  readonly #applied = new Map<string, AppliedState>();
  readonly #refusals = new Map<string, Refusal>();

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  /**
   * @param object with the hash of its content as an annotation
   * @param found the object as it is seen, if it is there
   * @returns why it is not as it should be now, if so
   * @throws KubeError when the API server could not be asked
   */
  async apply(
    object: KubeObject,
    found: KubeObject | undefined,
    nowMs: number,
  ): Promise<ApplyProblem | undefined> {
    const key = `${kindKey(object)} ${keyOf(object)}`;
    const hash = appliedHashOf(object);
    const refusal = this.#refusals.get(key);
    if (refusal !== undefined && refusal.hash === hash && nowMs < refusal.untilMs) return refusal.problem;
    const obstacle = await this.#foreign(key, object, found);
    if (obstacle !== undefined) return this.#refused(key, hash, obstacle, nowMs);
    if (found === undefined || appliedHashOf(found) !== hash) {
      this.#drift.forget(key);
      return (await this.#send(key, object, nowMs)).problem;
    }
    const differences = this.#unexpected(key, found, differencesOf(object, found));
    return differences.length === 0 ? undefined : this.#putBack(key, object, found, differences, nowMs);
  }

  /**
   * An object of this name that is not ours is left alone. The watches show only what has our labels, so before
   * something is made it is looked for.
   */
  async #foreign(
    key: string,
    object: KubeObject,
    found: KubeObject | undefined,
  ): Promise<ApplyProblem | undefined> {
    const { scope } = this.#options;
    const kind = knownKind(object);
    const live = found ?? (kind && (await scope.reader.get(refOf(kind, object))));
    const why = live === undefined ? undefined : foreignBecause(live, scope);
    if (why === undefined) return undefined;
    const message = `${key} is needed here, but ${why}: rename or delete one of them`;
    return { reason: 'ApplyConflict', message };
  }

  async #putBack(
    key: string,
    object: KubeObject,
    found: KubeObject,
    differences: readonly Difference[],
    nowMs: number,
  ): Promise<ApplyProblem | undefined> {
    const fields = differences.map(({ path }) => path);
    const others = otherManagers(found, [FIELD_MANAGER, SCALE_FIELD_MANAGER]);
    // After a start nobody remembers how the API server writes the fields: then the answer tells what was drift.
    const isKnown = this.#applied.get(key)?.uid === found.metadata.uid;
    const verdict = isKnown ? this.#drift.judge(key, differences, nowMs) : UNJUDGED;
    if (!verdict.isCorrected) return conflict(key, fields, others);
    const { problem, returned } = await this.#send(key, object, nowMs);
    if (returned !== undefined && isChanged(found, returned) && verdict.isTold) {
      this.#options.onDrift({ object: returned, fields, others });
    }
    return problem;
  }

  async #send(
    key: string,
    object: KubeObject,
    nowMs: number,
  ): Promise<{ readonly problem?: ApplyProblem; readonly returned?: KubeObject }> {
    const { scope } = this.#options;
    const hash = appliedHashOf(object);
    try {
      const returned = await scope.writer.apply(object, { fieldManager: FIELD_MANAGER, force: true });
      const rewritten = new Set(differencesOf(object, returned).map(fingerprint));
      this.#applied.set(key, { uid: returned.metadata.uid, hash, rewritten });
      this.#refusals.delete(key);
      return { returned };
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      return { problem: this.#refused(key, hash, problem, nowMs) };
    }
  }

  /** Notes a problem that will not go away by itself, so that it is tried again ever more rarely. */
  #refused(key: string, hash: string | undefined, problem: ApplyProblem, nowMs: number): ApplyProblem {
    const last = this.#refusals.get(key);
    const delayMs =
      last !== undefined && last.hash === hash
        ? Math.min(last.delayMs * 2, REFUSED_RETRY_MAX_MS)
        : REFUSED_RETRY_MS;
    this.#refusals.set(key, { hash, problem, delayMs, untilMs: nowMs + delayMs });
    return problem;
  }

  #unexpected(key: string, found: KubeObject, differences: readonly Difference[]): readonly Difference[] {
    const state = this.#applied.get(key);
    if (state === undefined || state.uid !== found.metadata.uid) return differences;
    return differences.filter((difference) => !state.rewritten.has(fingerprint(difference)));
  }
}

const UNJUDGED = { isCorrected: true, isTold: true } as const;

function fingerprint({ path, found }: Difference): string {
  return `${path} ${found}`;
}

/** The status of an object changes all the time, and its version with it; where there is a generation, that tells. */
function isChanged({ metadata: before }: KubeObject, { metadata: after }: KubeObject): boolean {
  return after.generation === undefined
    ? before.resourceVersion !== after.resourceVersion
    : before.generation !== after.generation;
}

/** What the API server has against an object is a problem of this object; no answer is one of everything. */
export function problemOf(error: unknown): ApplyProblem | undefined {
  if (!(error instanceof KubeError) || error.code === 0) return undefined;
  const reasons: Readonly<Record<number, ApplyProblem['reason']>> = {
    403: 'Forbidden',
    409: 'ApplyConflict',
    422: 'InvalidSpec',
  };
  return { reason: reasons[error.code] ?? 'ApiError', message: error.message };
}

function conflict(key: string, fields: readonly string[], others: readonly string[]): ApplyProblem {
  const who = others.length === 0 ? 'somebody' : others.join(', ');
  return {
    reason: 'ApplyConflict',
    message: `${key}: ${who} keeps changing ${fields.join(', ')}; left alone for a while. Have it stop, or change the RavenCluster instead`,
  };
}

function appliedHashOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[APPLIED_HASH_ANNOTATION];
}
