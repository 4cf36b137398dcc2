import type {
  DatabasesToggled,
  EditDatabaseRecord,
  EditLockMode,
  ModifyConflictSolver,
  PutClientConfiguration,
  PutDatabaseSettings,
  ToggleDatabasesIndexing,
  ToggleDatabasesState,
  UpdateUnusedDatabaseIds,
} from '../cluster-command.ts';
import { ClusterArgumentError } from '../cluster-error.ts';
import { type DatabaseRecord, INDEXING_DISABLED } from '../database-record.ts';
import type { ApplyContext } from './apply-context.ts';
import { SERVER_CLIENT_CONFIGURATION } from './state-keys.ts';
import { checkEtag, findRecord, requireRecord, writeRecord } from './stored-record.ts';

/** Members that have commands of their own. */
const GUARDED: ReadonlySet<string> = new Set(['DatabaseName', 'Topology', 'DeletionInProgress']);

function edit(context: ApplyContext, name: string, members: Partial<DatabaseRecord>): null {
  const { record } = requireRecord(context.state, name);
  writeRecord(context.state, { ...record, ...members }, context.index);
  return null;
}

export function toggleDatabasesState(context: ApplyContext, command: ToggleDatabasesState): DatabasesToggled {
  return {
    status: command.names.map((name) => {
      const found = findRecord(context.state, name) !== undefined;
      if (found) edit(context, name, { Disabled: command.disable });
      return { name, found };
    }),
  };
}

/** Kept among the settings, as RavenDB does, in its spelling. */
export function toggleDatabasesIndexing(context: ApplyContext, command: ToggleDatabasesIndexing): null {
  const value = command.disable ? 'True' : 'False';
  for (const name of command.names) {
    const { Settings } = requireRecord(context.state, name).record;
    edit(context, name, { Settings: { ...Settings, [INDEXING_DISABLED]: value } });
  }
  return null;
}

export function editLockMode(context: ApplyContext, { names, mode }: EditLockMode): null {
  for (const name of names) edit(context, name, { LockMode: mode });
  return null;
}

export function putDatabaseSettings(context: ApplyContext, { name, settings }: PutDatabaseSettings): null {
  return edit(context, name, { Settings: settings });
}

export function editDatabaseRecord(context: ApplyContext, command: EditDatabaseRecord): null {
  const guarded = Object.keys(command.members).find((member) => GUARDED.has(member));
  if (guarded !== undefined) {
    throw new ClusterArgumentError(`'${guarded}' of a database record is changed by a command of its own.`);
  }
  checkEtag(requireRecord(context.state, command.name), command.expectedEtag);
  return edit(context, command.name, command.members);
}

export function modifyConflictSolver(context: ApplyContext, { name, solver }: ModifyConflictSolver): null {
  return edit(context, name, { ConflictSolverConfig: solver });
}

export function updateUnusedDatabaseIds(context: ApplyContext, command: UpdateUnusedDatabaseIds): null {
  return edit(context, command.name, { UnusedDatabaseIds: command.databaseIds });
}

export function putClientConfiguration(context: ApplyContext, command: PutClientConfiguration): null {
  const configuration =
    command.configuration === null ? null : { ...command.configuration, Etag: context.index };
  if (command.name !== null) return edit(context, command.name, { Client: configuration });
  if (configuration === null) context.state.delete(SERVER_CLIENT_CONFIGURATION);
  else context.state.put(SERVER_CLIENT_CONFIGURATION, configuration);
  return null;
}
