import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where databases live below the data directory. Names hold letters, digits, `-`, `_` and `.` only and compare without
 * case, so the lower-case name is the folder.
 */
export class DatabaseFolders {
  readonly #root: string;

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
    return target;
  }

  async exists(databaseName: string): Promise<boolean> {
    const found = await stat(this.of(databaseName)).catch(() => null);
    return found !== null;
  }

  async delete(databaseName: string): Promise<void> {
    await rm(this.of(databaseName), { recursive: true, force: true });
  }
}
