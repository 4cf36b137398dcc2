import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyStamp } from './copy-stamp.ts';

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
    const { groupId, addedAt, nodeId, clusterId, isKept } = JSON.parse(text) as Partial<CopyStamp>;
    if (typeof groupId !== 'string' || typeof addedAt !== 'number') return null;
    return {
      groupId,
      addedAt,
      ...(nodeId === undefined ? {} : { nodeId }),
      ...(clusterId === undefined ? {} : { clusterId }),
      ...(isKept === true ? { isKept } : {}),
    };
  }

  /** The whole database is deleted but for its files: one of the same name that is made later finds them again. */
  async keep(databaseName: string): Promise<void> {
    const stamp = await this.stampOf(databaseName);
    if (stamp !== null) await this.stamp(databaseName, { ...stamp, isKept: true });
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
