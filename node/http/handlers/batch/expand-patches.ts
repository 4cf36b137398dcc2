import type { BatchCommand, BatchItemResult } from '../../../documents/commands/batch.ts';
import { settle } from '../../../documents/commands/settle.ts';
import { ConcurrencyError, concurrencyError } from '../../../documents/document-errors.ts';
import { formatTicks } from '../../../documents/hybrid-clock.ts';
import type { PatchOutcome } from '../../../index-thread/patch-document.ts';
import { parseToWrite } from '../../../json/exact-json.ts';
import { PATCH_ATTEMPTS_MAX } from '../../limits.ts';
import type { DatabaseContext } from '../../routing/route.ts';
import { UNSET_DATE } from '../../timestamp.ts';
import { orQueryError } from '../queries/query-error.ts';
import { type ClientCommand, isPatch, type PatchCommand, type ValueCommand } from './batch-request.ts';
import { KeyedTurns } from './keyed-turns.ts';

/** A batch in which patches have become what they write. */
export interface ExpandedBatch {
  readonly commands: readonly BatchCommand[];
  /** Of the patches, by their position in the client's batch. */
  readonly outcomes: ReadonlyMap<number, readonly PatchOutcome[]>;
  /** What each patch found, by id in lower case; null: nothing. */
  readonly found: ReadonlyMap<string, string | null>;
}

/** Runs the scripts of a batch, in order, over what is stored and what earlier commands of the batch put. */
export async function expandPatches(
  commands: readonly Exclude<ClientCommand, ValueCommand>[],
  { indexes, database }: DatabaseContext['loaded'],
): Promise<ExpandedBatch> {
  const { lastEtag, nodeTag } = database;
  const expanded: BatchCommand[] = [];
  const outcomes = new Map<number, readonly PatchOutcome[]>();
  const found = new Map<string, string | null>();
  const pending = new Map<string, string>();
  for (const [origin, command] of commands.entries()) {
    if (!isPatch(command)) {
      expanded.push(command.type === 'PUT' || command.type === 'DELETE' ? { ...command, origin } : command);
      if (command.type === 'PUT' && command.id)
        pending.set(command.id.toLowerCase(), command.document.toString());
      continue;
    }
    const results: PatchOutcome[] = [];
    for (const { id, changeVector } of command.targets) {
      const lower = id.toLowerCase();
      const before = pending.get(lower) ?? null;
      const { patch, ifMissing, created = null, showsWork = false } = command;
      const outcome = await orQueryError(() =>
        indexes.patch({
          id,
          patch,
          ifMissing,
          created,
          pending: before,
          expectedChangeVector: changeVector,
          // Each write before it takes an etag: what is made later gets greater ones.
          newIds: { firstEtag: lastEtag + 1 + expanded.filter(({ type }) => type === 'PUT').length, nodeTag },
          showsWork,
        }),
      );
      if (before === null && changeVector !== null && changeVector !== outcome.changeVector)
        throw concurrencyError('Put', id, changeVector, outcome.changeVector);
      results.push(outcome);
      if (before === null) found.set(lower, outcome.changeVector);
      const expected = before === null ? (changeVector ?? outcome.changeVector ?? '') : changeVector;
      expanded.push(...writesOf(id, outcome, expected, origin));
      if (outcome.document !== null) pending.set(lower, outcome.document);
      for (const put of outcome.puts) {
        pending.set(put.id.toLowerCase(), put.json);
        // Somebody else may have come to the same number in between.
        if (put.isNumbered) found.set(put.id.toLowerCase(), null);
      }
    }
    outcomes.set(origin, results);
  }
  return { commands: expanded, outcomes, found };
}

function writesOf(
  id: string,
  outcome: PatchOutcome,
  expected: string | null,
  origin: number,
): BatchCommand[] {
  const { document, puts, deletes } = outcome;
  return [
    ...(document === null
      ? []
      : [{ type: 'PUT' as const, id, changeVector: expected, document: Buffer.from(document), origin }]),
    ...puts.map((put) => ({
      type: 'PUT' as const,
      id: put.id,
      changeVector: put.changeVector ?? (put.isNumbered ? '' : null),
      document: Buffer.from(put.json),
      origin,
    })),
    ...deletes.map((one) => ({
      type: 'DELETE' as const,
      id: one.id,
      changeVector: one.changeVector,
      origin,
    })),
  ];
}

type Attempt = <Result>(expanded: ExpandedBatch, execute: () => Promise<Result>) => Promise<Result>;

/** A document that somebody else changed between script and write: all scripts run again, on what is there now. */
class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
  /** In lower case. */
  readonly id: string;

  constructor(id: string, cause: ConcurrencyError) {
    super(cause.message, { cause });
    this.id = id.toLowerCase();
  }
}

type PatchedDatabase = Pick<DatabaseContext['loaded']['database'], 'execute'>;

/** Of each database by the document that was changed in between. */
const turns = new WeakMap<PatchedDatabase, KeyedTurns>();

function turnsOf(database: PatchedDatabase): KeyedTurns {
  const known = turns.get(database);
  if (known !== undefined) return known;
  const added = new KeyedTurns();
  turns.set(database, added);
  return added;
}

/**
 * Runs a batch with patches until no document changed in between. Those that were overtaken go one after the other, so
 * that of many for one document each is made in the end.
 */
export async function retryPatches<Result>(
  { database }: { readonly database: PatchedDatabase },
  run: (attempt: Attempt) => Promise<Result>,
): Promise<Result> {
  const attempt: Attempt = async (expanded, execute) => {
    try {
      return await execute();
    } catch (error) {
      if (!(error instanceof ConcurrencyError) || error.id === null) throw error;
      const base = expanded.found.get(error.id.toLowerCase());
      // A change vector that the client asked for is its own business.
      if (base === undefined || (error.expectedChangeVector ?? '') !== (base ?? '')) throw error;
      throw new OvertakenError(error.id, error);
    }
  };
  try {
    return await run(attempt);
  } catch (error) {
    if (!(error instanceof OvertakenError)) throw error;
    return turnsOf(database).run(error.id, () => retryInTurn(database, () => run(attempt)));
  }
}

async function retryInTurn<Result>(database: PatchedDatabase, run: () => Promise<Result>): Promise<Result> {
  for (let attempts = 2; ; attempts++) {
    // What was faster may not be durable yet, and scripts read what is.
    await database.execute(settle, null);
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof OvertakenError)) throw error;
      if (attempts >= PATCH_ATTEMPTS_MAX) throw error.cause;
    }
  }
}

/** The answer to a patch in a batch. */
export function shownPatch(
  command: PatchCommand,
  outcomes: readonly PatchOutcome[],
  results: readonly BatchItemResult[],
): Record<string, unknown> {
  if (command.type === 'BatchPATCH') return { Type: 'BatchPATCH' };
  const id = command.targets[0]?.id ?? '';
  const [outcome] = outcomes;
  const stored = putOf(id, results);
  const status = outcome?.status ?? 'DocumentDoesNotExist';
  return {
    Id: id,
    ChangeVector: stored?.changeVector ?? null,
    LastModified: stored === undefined ? UNSET_DATE : formatTicks(stored.lastModified),
    Type: command.type,
    PatchStatus: status,
    ...(command.type === 'JsonPatch' ? { Etag: stored?.etag ?? 0 } : { Debug: null }),
    ...(command.returnsDocument && outcome !== undefined && status !== 'DocumentDoesNotExist'
      ? { ModifiedDocument: shownDocument(outcome.whole) }
      : {}),
  };
}

type PutResult = Extract<BatchItemResult, { type: 'PUT' }>;

/** What became of the document that a patch is of; undefined: it was not written. */
export function putOf(id: string, results: readonly BatchItemResult[]): PutResult | undefined {
  return results.find(
    (result): result is PutResult => result.type === 'PUT' && result.id.toLowerCase() === id.toLowerCase(),
  );
}

/** What is told of a patched document as it was written. */
export function writtenShape({ lastModified, changeVector, collection }: PutResult) {
  return { LastModified: formatTicks(lastModified), ChangeVector: changeVector, Collection: collection };
}

/** A document as patches show it: with the stored keys of its metadata only. */
export function shownDocument(whole: string): unknown {
  const { '@metadata': metadata, ...body } = parseToWrite(whole) as Record<string, unknown>;
  const stored = Object.entries((metadata ?? {}) as Record<string, unknown>).filter(
    ([name]) => !SERVER_KEYS.has(name),
  );
  return { ...body, '@metadata': Object.fromEntries(stored) };
}

const SERVER_KEYS: ReadonlySet<string> = new Set(['@id', '@change-vector', '@last-modified', '@flags']);
