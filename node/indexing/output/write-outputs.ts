import type { Database } from '../../documents/database.ts';
import { DatabaseClosedError, DatabaseOverloadedError } from '../../documents/document-errors.ts';
import { DocumentFlag } from '../../documents/document-flags.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { OUTPUTS_WRITTEN_AT_ONCE } from '../limits.ts';
import type { GroupOutput, OutputFailure, OutputWrite, ReduceOutput } from './reduce-output.ts';
import { type StoreOutputsArguments, storeOutputs } from './store-outputs.ts';

/** Writes what an index asks for to its database, some documents at a time. */
export async function writeOutputs(
  database: Database,
  write: OutputWrite,
): Promise<readonly OutputFailure[]> {
  if (write.kind === 'purge') return purge(database, write.output);
  const failures: OutputFailure[] = [];
  for (let from = 0; from < write.groups.length; from += OUTPUTS_WRITTEN_AT_ONCE) {
    const groups = write.groups.slice(from, from + OUTPUTS_WRITTEN_AT_ONCE);
    failures.push(...(await store(database, { ...write, groups })));
  }
  return failures;
}

/** When they can't be written together, one may be at fault: then each is written alone. */
async function store(
  database: Database,
  { output, groups, batch }: StoreOutputsArguments,
): Promise<readonly OutputFailure[]> {
  try {
    await database.execute(storeOutputs, { output, groups, batch });
    return [];
  } catch (error) {
    if (!isOfDocument(error)) throw error;
    const [only] = groups;
    if (only === undefined) return [];
    if (groups.length === 1) return [{ id: only.id, error: error.message }];
    const failures: OutputFailure[] = [];
    for (const group of groups) failures.push(...(await store(database, { output, groups: [group], batch })));
    return failures;
  }
}

/** Whether the error is one of what was to be written, and not of the database as it is now. */
function isOfDocument(error: unknown): error is Error {
  if (error instanceof DatabaseClosedError || error instanceof DatabaseOverloadedError) return false;
  return error instanceof Error && !(error instanceof StorageError);
}

async function purge(database: Database, output: ReduceOutput): Promise<readonly OutputFailure[]> {
  let startAfter = '';
  for (;;) {
    const ids = database.read((reader) => [
      ...reader.startsWith({
        prefix: output.prefix,
        pageSize: OUTPUTS_WRITTEN_AT_ONCE,
        ...(startAfter === '' ? {} : { startAfter }),
      }),
    ]);
    const last = ids.at(-1);
    if (last === undefined) {
      await database.execute(storeOutputs, { output, groups: [], batch: null });
      return [];
    }
    startAfter = last.id;
    const groups = ids
      .filter(({ flags }) => (flags & DocumentFlag.Artificial) !== 0)
      .map(({ id }): GroupOutput => ({ id, json: null }));
    if (groups.length > 0) await database.execute(storeOutputs, { output, groups, batch: null });
  }
}
