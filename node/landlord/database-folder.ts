import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where databases live below the data directory. Names hold letters, digits, `-`, `_` and `.` only and compare without
 * case, so the lower-case name is the folder.
 */
export class DatabaseFolders {
  readonly #root: string;
  /** As the files have them; by folder. */
  readonly #stamps = new Map<string, CopyStamp | null>();

  constructor(dataDirectory: string) {
    this.#root = join(dataDirectory, 'Databases');
  }

  of(databaseName: string): string {
    return join(this.#root, databaseName.toLowerCase());
  }

  /**
   * Moves a copy that the cluster took from this node aside, instead of deleting it: should the other copies turn out
   * to lack something, it is still there. Gives the new place, or null when there was nothing.
   */
  async quarantine(databaseName: string, now: Date): Promise<string | null> {
    if (!(await this.exists(databaseName))) return null;
    const aside = join(this.#root, '.quarantine');
    await mkdir(aside, { recursive: true });
    const target = join(aside, `${databaseName.toLowerCase()}.${now.toISOString().replaceAll(':', '-')}`);
    await rename(this.of(databaseName), target);
    this.#stamps.delete(this.of(databaseName));
    return target;
  }

  async exists(databaseName: string): Promise<boolean> {
    const found = await stat(this.of(databaseName)).catch(() => null);
    return found !== null;
  }

  /** Which copy of which group the folder holds; null when there is no folder, or it does not say. */
  async stampOf(databaseName: string): Promise<CopyStamp | null> {
    const folder = this.of(databaseName);
    const known = this.#stamps.get(folder);
    if (known !== undefined) return known;
    const stamp = await this.#readStamp(databaseName);
    this.#stamps.set(folder, stamp);
    return stamp;
  }

  async #readStamp(databaseName: string): Promise<CopyStamp | null> {
    const text = await readFile(this.#stampFile(databaseName), 'utf8').catch(() => null);
    if (text === null) return null;
    const { groupId, addedAt, nodeId } = JSON.parse(text) as Partial<CopyStamp>;
    if (typeof groupId !== 'string' || typeof addedAt !== 'number') return null;
    return { groupId, addedAt, ...(nodeId === undefined ? {} : { nodeId }) };
  }

  async stamp(databaseName: string, stamp: CopyStamp): Promise<void> {
    await mkdir(this.of(databaseName), { recursive: true });
    const file = this.#stampFile(databaseName);
    await writeFile(`${file}.new`, JSON.stringify(stamp), { flush: true });
    await rename(`${file}.new`, file);
    this.#stamps.set(this.of(databaseName), stamp);
  }

  async delete(databaseName: string): Promise<void> {
    await rm(this.of(databaseName), { recursive: true, force: true });
    this.#stamps.delete(this.of(databaseName));
  }

  #stampFile(databaseName: string): string {
    return join(this.of(databaseName), 'copy.json');
  }
}

/** Names a copy: of which database group, and since which Raft index which node has been holding it. */
export interface CopyStamp {
  /** DatabaseTopologyIdBase64. */
  readonly groupId: string;
  readonly addedAt: number;
  /** ServerId of the node; absent in stamps of older versions. */
  readonly nodeId?: string;
}

/**
 * Whether a copy that is found on disk must not be taken for the one that the record speaks of: this node was given its
 * copy later than that, or another node was given it, whose place this one has taken. Either was given up in between,
 * and what was deleted since would come back with it.
 */
export function isStaleCopy(found: CopyStamp, wanted: CopyStamp): boolean {
  if (found.groupId !== wanted.groupId) return false;
  const isOfAnotherNode = found.nodeId !== undefined && found.nodeId !== wanted.nodeId;
  return isOfAnotherNode || found.addedAt < wanted.addedAt;
}

/**
 * Whether a record is older than the copy that is found on disk: what a node has applied may be behind what it once had
 * acted on, after a crash, until it has applied its log again. Such a record says nothing about the copy.
 */
export function isRecordOlder(
  found: CopyStamp,
  { groupId, nodeId }: Pick<CopyStamp, 'groupId' | 'nodeId'>,
  recordIndex: number,
): boolean {
  const isOwn = found.groupId === groupId && (found.nodeId === undefined || found.nodeId === nodeId);
  return isOwn && recordIndex < found.addedAt;
}
