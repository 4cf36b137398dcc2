import type { Action } from '../../../../operator/decide/action.ts';
import type { ObservedNode } from '../../../../operator/decide/observed.ts';
import type { ModelNode } from './model-node.ts';

/** What a platform does with a node's process and data. */
export type KeeperAction = Extract<
  Action,
  {
    type:
      | 'CreateNode'
      | 'StartNode'
      | 'StopNode'
      | 'RestartNode'
      | 'AttachData'
      | 'DetachData'
      | 'QuarantineData'
      | 'DeleteData'
      | 'GrowVolume'
      | 'AbandonNode';
  }
>;

/** A platform as it appears to the operator: how processes and their data are kept. */
export interface Keeper {
  readonly keepsProcesses: boolean;
  /** @param seen the node as the decision saw it; a platform acts on nothing else that has its name */
  perform(action: KeeperAction, seen: ObservedNode | undefined): void;
  /** A moment passes: what was started is up, what was stopped is gone. */
  settle(): void;
  /** The machine under a node is there. */
  isReachable(ordinal: number): boolean;
  /** The node as the platform shows it. */
  view(node: ModelNode): Omit<ObservedNode, 'answer' | 'url'>;
  /** Ordinals that the platform shows. */
  ordinals(): readonly number[];
  /** The process ends by itself. */
  kill(ordinal: number): void;
  /** The disk is lost. */
  wipe(ordinal: number): void;
  /** The spec is another one from now on. */
  revise(): void;
}
