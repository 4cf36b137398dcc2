import type { AddDatabase, DatabaseWritten } from '../cluster-command.ts';
import {
  ClusterOperationError,
  DatabaseAlreadyExistsError,
  InvalidDatabaseNameError,
  UpdateOfMissingDatabaseError,
} from '../cluster-error.ts';
import type { DatabaseRecord, DatabaseTopology } from '../database-record.ts';
import type { ApplyContext } from './apply-context.ts';
import { holdersOf, stampTopology } from './change-topology.ts';
import { replacedTopology } from './replace-topology.ts';
import { checkEtag, findRecord, writeRecord } from './stored-record.ts';

/** Letters of any script, digits, `_`, `-` and `.`; and short enough for a folder. */
const DATABASE_NAME = /^(?!\.)[\p{L}\p{N}_.-]{1,128}$/u;

/** Throws InvalidDatabaseNameError. */
export function checkDatabaseName(name: string): void {
  if (DATABASE_NAME.test(name)) return;
  throw new InvalidDatabaseNameError(
    `The name '${name}' is not permitted. Only letters, digits and characters ('_', '-', '.') are allowed, and at most 128 of them.`,
  );
}

export function addDatabase(context: ApplyContext, command: AddDatabase): DatabaseWritten {
  const name = String(command.record.DatabaseName ?? '');
  checkDatabaseName(name);
  const existing = findRecord(context.state, name);
  if (existing === undefined) {
    if (command.expectedEtag !== null) {
      throw new UpdateOfMissingDatabaseError(`Attempted to modify non-existing database: '${name}'`);
    }
    return create(context, name, command);
  }
  if (command.expectedEtag === null)
    throw new DatabaseAlreadyExistsError(`Database '${name}' already exists!`);
  checkEtag(existing, command.expectedEtag);
  const record: DatabaseRecord = {
    ...command.record,
    ...(recordMembers(command.record) as Partial<DatabaseRecord>),
    // What has commands of its own is not changed by replacing the record.
    DatabaseName: existing.record.DatabaseName,
    DeletionInProgress: existing.record.DeletionInProgress,
    Topology: replacedTopology(context, existing.record, command),
    ...stampedClient(context, existing.record.Client, command.record.Client),
  } as DatabaseRecord;
  writeRecord(context.state, record, context.index);
  return { name: record.DatabaseName, topology: record.Topology };
}

function create(context: ApplyContext, name: string, command: AddDatabase): DatabaseWritten {
  const planned = command.record.Topology as Partial<DatabaseTopology> | undefined;
  const members = planned?.Members ?? [];
  if (members.length === 0) {
    throw new ClusterOperationError(
      `Database '${name}' was given no node. Is any node of the cluster connected?`,
    );
  }
  const topology = stampTopology(context, null, {
    Promotables: [],
    Rehabs: [],
    PredefinedMentors: {},
    DemotionReasons: {},
    PromotablesStatus: {},
    DynamicNodesDistribution: false,
    PriorityOrder: [],
    DatabaseTopologyIdBase64: '',
    ClusterTransactionIdBase64: '',
    NodesModifiedAt: '',
    NodesAddedAt: {},
    NodesDemotedAt: {},
    ...planned,
    Members: members,
    ReplicationFactor: Math.max(
      planned?.ReplicationFactor ?? 1,
      holdersOf({ Promotables: [], Rehabs: [], ...planned, Members: members }).length,
    ),
  });
  const record = {
    ...command.record,
    ...recordMembers(command.record),
    DatabaseName: name,
    DeletionInProgress: {},
    Topology: topology,
    ...stampedClient(context, undefined, command.record.Client),
  } as DatabaseRecord;
  writeRecord(context.state, record, context.index);
  return { name, topology };
}

/** A client configuration that comes with a record is a change of it as any other: clients find it by its etag. */
function stampedClient(context: ApplyContext, before: unknown, given: unknown): { Client?: unknown } {
  if (typeof given !== 'object' || given === null) return {};
  const { Etag: _, ...wanted } = given as { readonly Etag?: unknown };
  const { Etag: etag, ...known } = (before ?? {}) as { readonly Etag?: unknown };
  const isSame = typeof etag === 'number' && JSON.stringify(wanted) === JSON.stringify(known);
  return { Client: { ...wanted, Etag: isSame ? etag : context.index } };
}

/** The members that the server reads, with their defaults. */
function recordMembers(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    Disabled: given.Disabled === true,
    LockMode: given.LockMode ?? 'Unlock',
    Settings: given.Settings ?? {},
    ConflictSolverConfig: given.ConflictSolverConfig ?? null,
    UnusedDatabaseIds: given.UnusedDatabaseIds ?? [],
  };
}
