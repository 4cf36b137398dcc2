import type { KubeObject } from '../api/kube-object.ts';
import { DRIFT_REPORT_INTERVAL_MS, FIELD_FLIPS_MAX, FIELD_FLIPS_WINDOW_MS, TRUCE_MS } from '../limits.ts';
import type { Difference } from './object-difference.ts';

/** What to do about an object that is not as it was applied. */
export interface DriftVerdict {
  /** Put it back. Not while somebody else insists on another value. */
  readonly isCorrected: boolean;
  /** Say so: the first time in a while. */
  readonly isTold: boolean;
}

interface ObjectDrift {
  toldAtMs?: number;
  truceUntilMs?: number;
  /** Times at which a field was found changed, by its path. */
  readonly flips: Map<string, readonly number[]>;
}

/** Remembers what was put back how often. Of this process only: a restart costs one more correction at most. */
export class DriftLog {
  readonly #objects = new Map<string, ObjectDrift>();

  /**
   * @param key of the object
   * @param differences what was found, at least one
   */
  judge(key: string, differences: readonly Difference[], nowMs: number): DriftVerdict {
    const drift: ObjectDrift = this.#objects.get(key) ?? { flips: new Map() };
    this.#objects.set(key, drift);
    if (drift.truceUntilMs !== undefined) {
      if (nowMs < drift.truceUntilMs) return { isCorrected: false, isTold: false };
      delete drift.truceUntilMs;
      drift.flips.clear();
    }
    if (this.#isFought(drift, differences, nowMs)) {
      drift.truceUntilMs = nowMs + TRUCE_MS;
      return { isCorrected: false, isTold: true };
    }
    const isTold = drift.toldAtMs === undefined || nowMs - drift.toldAtMs >= DRIFT_REPORT_INTERVAL_MS;
    if (isTold) drift.toldAtMs = nowMs;
    return { isCorrected: true, isTold };
  }

  /** Somebody else insists on a value in this object, and the operator lets it be for now. */
  isAtTruce(key: string, nowMs: number): boolean {
    const until = this.#objects.get(key)?.truceUntilMs;
    return until !== undefined && nowMs < until;
  }

  /** The object is gone, or is as it should be because the wish changed. */
  forget(key: string): void {
    this.#objects.delete(key);
  }

  #isFought(drift: ObjectDrift, differences: readonly Difference[], nowMs: number): boolean {
    let isFought = false;
    for (const { path } of differences) {
      const recent = (drift.flips.get(path) ?? []).filter((atMs) => nowMs - atMs < FIELD_FLIPS_WINDOW_MS);
      drift.flips.set(path, [...recent, nowMs]);
      if (recent.length >= FIELD_FLIPS_MAX) isFought = true;
    }
    return isFought;
  }
}

/** Who else writes to the object, the latest first: for people, to find out whom to ask. */
export function otherManagers(object: KubeObject, own: readonly string[]): readonly string[] {
  const entries = [...(object.metadata.managedFields ?? [])].sort((a, b) =>
    (a.time ?? '') < (b.time ?? '') ? 1 : -1,
  );
  const names = entries
    .filter(({ subresource }) => subresource !== 'status')
    .flatMap(({ manager }) => (manager === undefined ? [] : [manager]))
    .filter((manager) => !own.includes(manager));
  return [...new Set(names)];
}
