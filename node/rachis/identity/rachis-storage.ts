import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RaftLogError } from '../log/log-error.ts';
import type { StoredLog } from '../log/log-image.ts';
import { listSegments } from '../log/log-recovery.ts';
import { RaftLogFiles, type RaftLogOptions } from '../log/raft-log-files.ts';
import { endOfBytes, SEGMENT_HEADER_BYTES, segmentName } from '../log/segment-format.ts';
import { mintIdentity, type NodeIdentity, readIdentity, writeIdentity } from './node-identity.ts';

export interface RachisStorage {
  readonly identity: NodeIdentity;
  readonly log: RaftLogFiles;
  readonly stored: StoredLog;
}

const EMPTY_LOG: StoredLog = { hardState: { term: 0, votedFor: null }, snapshot: null, entries: [] };

export function identityPath(folder: string): string {
  return join(folder, 'identity.json');
}

/**
 * Opens the identity and its log, which belong together: either alone is refused, since a node that lost its log would
 * forget whom it voted for. The log is made first and the identity last, so that a crash in between leaves no identity.
 */
export async function openRachisStorage(
  folder: string,
  options: Omit<RaftLogOptions, 'folder' | 'logNumber'>,
): Promise<RachisStorage> {
  const logFolder = join(folder, 'log');
  await mkdir(logFolder, { recursive: true });
  const path = identityPath(folder);
  const identity = await readIdentity(path);
  const segments = await listSegments(logFolder);
  if (identity === null) {
    if (segments.length > 0) await removeUnfinishedLog(logFolder, path, segments);
    const minted = mintIdentity();
    const log = await RaftLogFiles.create({ ...options, folder: logFolder, logNumber: minted.incarnation });
    await writeIdentity(path, minted);
    return { identity: minted, log, stored: EMPTY_LOG };
  }
  const { log, stored } = await RaftLogFiles.open({
    ...options,
    folder: logFolder,
    logNumber: identity.incarnation,
  });
  return { identity, log, stored };
}

/** What a crash during the first start left: one segment without a record. Anything else must not be lost. */
async function removeUnfinishedLog(
  folder: string,
  identityFile: string,
  segments: readonly number[],
): Promise<void> {
  const [only, ...more] = segments;
  const first = join(folder, segmentName(1));
  const isEmpty = async () =>
    endOfBytes(await readFile(first), SEGMENT_HEADER_BYTES) === SEGMENT_HEADER_BYTES;
  if (only !== 1 || more.length > 0 || !(await isEmpty())) {
    throw new RaftLogError(
      `${identityFile} is missing, but there is a Raft log beside it. Restore the file, or delete the whole data folder and join the node as new.`,
    );
  }
  await rm(first);
}
