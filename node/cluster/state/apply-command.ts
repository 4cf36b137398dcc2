import type { ClusterCommand } from '../cluster-command.ts';
import { ClusterError, type ErrorValue } from '../cluster-error.ts';
import { abandonTransactions } from './abandon-transactions.ts';
import { addDatabase } from './add-database.ts';
import { advanceLogTime } from './advance-log-time.ts';
import type { ApplyContext } from './apply-context.ts';
import { deleteCertificates, editCertificate, putCertificates } from './certificates.ts';
import {
  addDatabaseNode,
  promoteDatabaseNode,
  removeNodeFromCluster,
  reorderMembers,
  setDynamicNodesDistribution,
  updateTopology,
} from './change-topology.ts';
import { cleanValues } from './clean-values.ts';
import { clusterTransaction } from './cluster-transaction.ts';
import { deleteCompareExchange, putCompareExchange } from './compare-exchange.ts';
import { deleteDatabase, removeNodeFromDatabase } from './delete-database.ts';
import { deleteIndexes, editIndexes, putAutoIndex, putIndexes } from './edit-indexes.ts';
import {
  editDatabaseRecord,
  editLockMode,
  modifyConflictSolver,
  putClientConfiguration,
  putDatabaseSettings,
  toggleDatabasesIndexing,
  toggleDatabasesState,
  updateUnusedDatabaseIds,
} from './edit-record.ts';
import { expireCopy } from './expire-copy.ts';
import { nextIdentities, seedIdentity } from './identities.ts';
import { setNodeProperties } from './node-properties.ts';
import { suspendObserver } from './observer-record.ts';
import { pruneTransactions } from './prune-transactions.ts';
import { recoverCluster } from './recover-cluster.ts';
import { finishRollingIndex } from './rolling-indexes.ts';
import { type StateChange, type StateReader, StateTransaction } from './state-transaction.ts';

/** What a command came to: a plain value, the same on every node. */
export type CommandOutcome = { readonly result: unknown } | { readonly error: ErrorValue };

export interface AppliedCommand {
  readonly outcome: CommandOutcome;
  /** Empty when the outcome is an error. A list of the caller's own. */
  readonly changes: StateChange[];
}

/** Where an entry stands, and when it was proposed. */
export type CommandPosition = Omit<ApplyContext, 'state'>;

/**
 * Applies one command. Total: every failure is a value, so that no command can jam a node, not even one that this
 * version does not know (the cluster's versions are to be raised before such commands are made).
 */
export function applyCommand(
  state: StateReader,
  { index, term, timeMs }: CommandPosition,
  command: ClusterCommand,
): AppliedCommand {
  const transaction = new StateTransaction(state);
  try {
    const result = dispatch({ state: transaction, index, term, timeMs }, command) ?? null;
    return { outcome: { result }, changes: transaction.changes() };
  } catch (error) {
    return { outcome: { error: errorValue(error) }, changes: [] };
  }
}

function dispatch(context: ApplyContext, command: ClusterCommand): unknown {
  switch (command.type) {
    case 'AddDatabase':
      return addDatabase(context, command);
    case 'DeleteDatabase':
      return deleteDatabase(context, command);
    case 'RemoveNodeFromDatabase':
      return removeNodeFromDatabase(context, command);
    case 'RemoveNodeFromCluster':
      return removeNodeFromCluster(context, command);
    case 'RecoverCluster':
      return recoverCluster(context, command);
    case 'SetNodeProperties':
      return setNodeProperties(context, command);
    case 'UpdateTopology':
      return updateTopology(context, command);
    case 'ExpireCopy':
      return expireCopy(context, command);
    case 'SuspendObserver':
      return suspendObserver(context, command);
    case 'AddDatabaseNode':
      return addDatabaseNode(context, command);
    case 'PromoteDatabaseNode':
      return promoteDatabaseNode(context, command);
    case 'ReorderMembers':
      return reorderMembers(context, command);
    case 'SetDynamicNodesDistribution':
      return setDynamicNodesDistribution(context, command);
    case 'ToggleDatabasesState':
      return toggleDatabasesState(context, command);
    case 'ToggleDatabasesIndexing':
      return toggleDatabasesIndexing(context, command);
    case 'EditLockMode':
      return editLockMode(context, command);
    case 'PutDatabaseSettings':
      return putDatabaseSettings(context, command);
    case 'EditDatabaseRecord':
      return editDatabaseRecord(context, command);
    case 'ModifyConflictSolver':
      return modifyConflictSolver(context, command);
    case 'UpdateUnusedDatabaseIds':
      return updateUnusedDatabaseIds(context, command);
    case 'PutClientConfiguration':
      return putClientConfiguration(context, command);
    case 'PutCertificates':
      return putCertificates(context, command);
    case 'EditCertificate':
      return editCertificate(context, command);
    case 'DeleteCertificates':
      return deleteCertificates(context, command);
    case 'PutAutoIndex':
      return putAutoIndex(context, command);
    case 'PutIndexes':
      return putIndexes(context, command);
    case 'PutRollingIndexes':
      return putIndexes(context, command);
    case 'PutRecordedIndexes':
      return putIndexes(context, command);
    case 'PutRollingAutoIndex':
      return putAutoIndex(context, command);
    case 'FinishRollingIndex':
      return finishRollingIndex(context, command);
    case 'EditIndexes':
      return editIndexes(context, command);
    case 'DeleteIndexes':
      return deleteIndexes(context, command);
    case 'NextIdentities':
      return nextIdentities(context, command);
    case 'SeedIdentity':
      return seedIdentity(context, command);
    case 'PutCompareExchange':
      return putCompareExchange(context, command);
    case 'DeleteCompareExchange':
      return deleteCompareExchange(context, command);
    case 'ClusterTransaction':
      return clusterTransaction(context, command);
    case 'PruneTransactions':
      return pruneTransactions(context, command);
    case 'AbandonTransactions':
      return abandonTransactions(context, command);
    case 'CleanValues':
      return cleanValues(context);
    case 'AdvanceLogTime':
      return advanceLogTime(context, command);
    default:
      throw new ClusterError(
        `This node does not know the command '${String((command as { type?: unknown }).type)}'.`,
      );
  }
}

function errorValue(error: unknown): ErrorValue {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'ClusterError', message: String(error) };
}
