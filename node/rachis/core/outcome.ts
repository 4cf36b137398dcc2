import type { Configuration } from './configuration.ts';
import type { NodeId } from './entry.ts';

/** The answer to a proposal. Accepted means appended here, not committed. */
export type ProposeOutcome =
  | {
      readonly accepted: true;
      /** Index of the first command; the others follow without a gap. */
      readonly firstIndex: number;
      readonly term: number;
    }
  | {
      readonly accepted: false;
      readonly reason: 'NotLeader' | 'LeaderElect' | 'TransferInProgress' | 'TooManyUncommitted';
      /** Whom to ask instead, if known. */
      readonly leader: NodeId | null;
    };

export type ProposeConfigurationOutcome =
  | { readonly accepted: true; readonly firstIndex: number; readonly term: number }
  | {
      readonly accepted: false;
      readonly reason:
        | 'NotLeader'
        | 'LeaderElect'
        | 'TransferInProgress'
        | 'ChangeInProgress'
        | 'InvalidChange';
      readonly leader: NodeId | null;
      /** For people: what is wrong with the change. */
      readonly message: string;
    };

export type TransferOutcome =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      readonly reason: 'NotLeader' | 'LeaderElect' | 'TransferInProgress' | 'AlreadyLeader' | 'NotAMember';
      readonly leader: NodeId | null;
    };

/** The answer to an order to go on alone. Accepted means that it is being persisted. */
export type RecoverOutcome =
  | {
      readonly accepted: true;
      readonly configuration: Configuration;
      /** Index of the last entry that is part of it: once that is applied, it is done. */
      readonly lastIndex: number;
    }
  | {
      readonly accepted: false;
      readonly reason: 'NotInCluster' | 'LogDiffers' | 'LiveLeader' | 'SnapshotPending';
    };
