import type { Stage } from './stage.ts';

/** Something that happens to a cluster, and that it must stand. */
export interface Step {
  readonly name: string;
  run(stage: Stage): Promise<void>;
  /**
   * Longest time in which no write of the client may be acknowledged, in milliseconds; undefined where the cluster is
   * meant to be away.
   */
  readonly pauseMsMax?: number;
  /** What is done about the operator in the middle of it: it is killed once, unless the step says otherwise. */
  readonly operator?: 'killed by the step' | 'left alone';
  /** The steps after it can't be run when this one failed. */
  readonly isNeeded?: boolean;
}
