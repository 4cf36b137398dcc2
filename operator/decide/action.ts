import type { NodeProperties } from './observed.ts';

/** One thing for the platform to do. Node processes go by ordinal, members of the cluster by tag. */
export type Action =
  | { readonly type: 'CreateNode'; readonly ordinal: number }
  | { readonly type: 'StartNode'; readonly ordinal: number }
  | { readonly type: 'StopNode'; readonly ordinal: number; readonly reason: StopReason }
  | { readonly type: 'RestartNode'; readonly ordinal: number }
  | { readonly type: 'AttachData'; readonly ordinal: number }
  | { readonly type: 'DetachData'; readonly ordinal: number }
  | { readonly type: 'QuarantineData'; readonly ordinal: number }
  | { readonly type: 'DeleteData'; readonly ordinal: number }
  | { readonly type: 'GrowVolume'; readonly ordinal: number }
  | { readonly type: 'AbandonNode'; readonly ordinal: number }
  | MembershipAction
  | { readonly type: 'StepDown'; readonly tag: string }
  | { readonly type: 'AddDatabaseReplica'; readonly database: string; readonly tag: string }
  | { readonly type: 'RemoveDatabaseReplica'; readonly database: string; readonly tag: string }
  | DatabaseAction
  | { readonly type: 'SetNodeProperties'; readonly tag: string; readonly properties: NodeProperties };

/** What a RavenDatabase resource comes to. */
export type DatabaseAction =
  | {
      readonly type: 'CreateDatabase';
      readonly database: string;
      /** Nodes that get the first copies. */
      readonly tags: readonly string[];
      readonly settings: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'PutDatabaseSettings';
      readonly database: string;
      readonly settings: Readonly<Record<string, string>>;
    }
  | { readonly type: 'SetDatabaseState'; readonly database: string; readonly disabled: boolean }
  | { readonly type: 'DeleteDatabase'; readonly database: string };

/** An action that changes who belongs to the cluster or votes in it. At most one is in flight. */
export type MembershipAction =
  | { readonly type: 'BootstrapCluster'; readonly ordinal: number; readonly tag: string }
  | {
      readonly type: 'AddNodeToCluster';
      readonly ordinal: number;
      readonly tag: string;
      readonly watcher: boolean;
    }
  | { readonly type: 'PromoteNode'; readonly tag: string }
  | { readonly type: 'DemoteNode'; readonly tag: string }
  | { readonly type: 'RemoveNodeFromCluster'; readonly tag: string; readonly reason: RemovalReason }
  /** On a person's word only: this node goes on alone, as a new cluster with what its log holds. */
  | {
      readonly type: 'RecoverCluster';
      readonly ordinal: number;
      readonly tag: string;
      readonly term: number;
      readonly index: number;
    };

export type StopReason = 'LeftCluster' | 'NeverJoined' | 'StaleData' | 'Hibernated' | 'Fenced';
export type RemovalReason = 'ScaleDown' | 'DiskWiped' | 'HostLost';

export function isMembershipAction(action: Action): action is MembershipAction {
  switch (action.type) {
    case 'BootstrapCluster':
    case 'AddNodeToCluster':
    case 'PromoteNode':
    case 'DemoteNode':
    case 'RemoveNodeFromCluster':
    case 'RecoverCluster':
      return true;
    default:
      return false;
  }
}

export function isDatabaseAction(action: Action): action is DatabaseAction {
  switch (action.type) {
    case 'CreateDatabase':
    case 'PutDatabaseSettings':
    case 'SetDatabaseState':
    case 'DeleteDatabase':
      return true;
    default:
      return false;
  }
}

/** Nothing that comes after it was decided for a world in which it had worked: when it fails, the others go on. */
export function isIndependent(action: Action): boolean {
  return isDatabaseAction(action) || action.type === 'SetNodeProperties' || action.type === 'GrowVolume';
}

/** A sentence about the action, for logs and events. `tagOf` names the node of an ordinal. */
export function describeAction(action: Action, tagOf: (ordinal: number) => string): string {
  switch (action.type) {
    case 'CreateNode':
      return `Creating node ${tagOf(action.ordinal)}`;
    case 'StartNode':
      return `Starting node ${tagOf(action.ordinal)}`;
    case 'StopNode':
      return `Stopping node ${tagOf(action.ordinal)}: ${STOP_REASONS[action.reason]}`;
    case 'RestartNode':
      return `Restarting node ${tagOf(action.ordinal)} as the spec says now`;
    case 'AttachData':
      return `Marking the data of node ${tagOf(action.ordinal)} as part of the cluster`;
    case 'DetachData':
      return `Keeping the data of node ${tagOf(action.ordinal)}, which left the cluster`;
    case 'QuarantineData':
      return `Setting the old data of node ${tagOf(action.ordinal)} aside, so that it joins as a new node`;
    case 'DeleteData':
      return `Deleting the data of node ${tagOf(action.ordinal)}, which left the cluster`;
    case 'GrowVolume':
      return `Growing the volume of node ${tagOf(action.ordinal)}`;
    case 'AbandonNode':
      return `Giving up the pod and the volume of node ${tagOf(action.ordinal)}, whose machine is lost`;
    case 'BootstrapCluster':
      return `Forming the cluster on node ${action.tag}`;
    case 'AddNodeToCluster':
      return `Adding node ${action.tag} to the cluster as ${action.watcher ? 'a watcher' : 'a promotable'}`;
    case 'PromoteNode':
      return `Promoting node ${action.tag} from watcher to voter`;
    case 'DemoteNode':
      return `Demoting node ${action.tag} from voter to watcher`;
    case 'RemoveNodeFromCluster':
      return `Removing node ${action.tag} from the cluster: ${REMOVAL_REASONS[action.reason]}`;
    case 'StepDown':
      return `Asking leader ${action.tag} to step down`;
    case 'AddDatabaseReplica':
      return `Adding a copy of database ${action.database} on node ${action.tag}`;
    case 'RemoveDatabaseReplica':
      return `Removing the copy of database ${action.database} from node ${action.tag}`;
    case 'CreateDatabase':
      return `Creating database ${action.database} on ${action.tags.join(', ')}`;
    case 'PutDatabaseSettings':
      return `Setting the configuration of database ${action.database}`;
    case 'SetDatabaseState':
      return `${action.disabled ? 'Disabling' : 'Enabling'} database ${action.database}`;
    case 'DeleteDatabase':
      return `Deleting database ${action.database}`;
    case 'SetNodeProperties':
      return `Telling the cluster the zone and the public address of node ${action.tag}`;
    case 'RecoverCluster':
      return `Going on with node ${action.tag} alone, from term ${action.term} and index ${action.index}`;
  }
}

const STOP_REASONS: Readonly<Record<StopReason, string>> = {
  LeftCluster: 'it left the cluster',
  NeverJoined: 'it is not wanted any more and never joined',
  StaleData: 'its data belongs to its time before it left the cluster',
  Hibernated: 'the cluster is hibernated',
  Fenced: 'the cluster goes on without what it had',
};

const REMOVAL_REASONS: Readonly<Record<RemovalReason, string>> = {
  ScaleDown: 'its copies have moved',
  DiskWiped: 'its disk was wiped; it will join again as a new node',
  HostLost: 'its machine is lost; a new node takes its place',
};
