import type { Action } from '../decide/action.ts';
import type { Observed } from '../decide/observed.ts';
import type { ClusterAdminClient } from './cluster-admin-client.ts';
import type { Platform } from './platform.ts';

/**
 * Does one action.
 *
 * @throws AdminRequestError when the cluster refused it or did not answer; whatever the platform throws otherwise
 */
export async function act(
  action: Action,
  observed: Observed,
  platform: Platform,
  admin: ClusterAdminClient,
): Promise<void> {
  const urls = commandUrls(observed);
  switch (action.type) {
    case 'BootstrapCluster':
      await admin.bootstrap(platform.urlOf(action.ordinal));
      // Marked afterwards: a crash in between leaves a node that reports a topology id, which says the same.
      return platform.perform({ type: 'AttachData', ordinal: action.ordinal });
    case 'AddNodeToCluster':
      // Marked before: from the request on, the cluster may count on this disk.
      await platform.perform({ type: 'AttachData', ordinal: action.ordinal });
      return admin.addNode(urls, {
        url: platform.urlOf(action.ordinal),
        tag: action.tag,
        watcher: action.watcher,
      });
    case 'RemoveNodeFromCluster':
      return admin.removeNode(urls, action.tag);
    case 'PromoteNode':
      return admin.promote(urls, action.tag);
    case 'DemoteNode':
      return admin.demote(urls, action.tag);
    case 'StepDown':
      return admin.reelect(urls);
    case 'AddDatabaseReplica':
      return admin.addDatabaseNode(urls, action.database, action.tag);
    case 'RemoveDatabaseReplica':
      return admin.removeDatabaseNode(urls, action.database, action.tag);
    case 'CreateDatabase':
      return admin.createDatabase(urls, action.database, action.tags, action.settings);
    case 'PutDatabaseSettings':
      return admin.putDatabaseSettings(
        holderUrls(observed, action.database),
        action.database,
        action.settings,
      );
    case 'SetDatabaseState':
      return admin.setDatabaseState(urls, action.database, action.disabled);
    case 'DeleteDatabase':
      return admin.deleteDatabase(urls, action.database);
    case 'SetNodeProperties':
      return admin.setNodeProperties(urls, action.tag, action.properties);
    case 'RecoverCluster':
      return admin.recover(platform.urlOf(action.ordinal), action);
    default:
      return platform.perform(action);
  }
}

/** Nodes that serve the database: the others answer that it is not theirs. */
function holderUrls(observed: Observed, database: string): readonly string[] {
  const members = observed.databases?.find(({ name }) => name === database)?.members ?? [];
  return observed.nodes
    .filter(({ answer }) => answer !== undefined && members.includes(answer.tag))
    .map((node) => node.url);
}

/** Nodes of the cluster that answered, the leader first. */
function commandUrls(observed: Observed): readonly string[] {
  const able = observed.nodes.filter(
    (node) => node.answer?.topology !== undefined && node.answer.state !== 'Passive',
  );
  const rank = (state: string | undefined): number => (state === 'Leader' ? 0 : 1);
  return [...able].sort((a, b) => rank(a.answer?.state) - rank(b.answer?.state)).map((node) => node.url);
}
