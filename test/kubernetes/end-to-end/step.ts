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
  /** The steps after it can't be run when this one failed. */
  readonly isNeeded?: boolean;
}
