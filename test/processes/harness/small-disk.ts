import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What fills a disk is written in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;

/** A file system of its own that can be filled, for tests of a full disk. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts a tmpfs; undefined with the reason on the console where that is not allowed. */
  static async mount(megabytes: number): Promise<SmallDisk | undefined> {
    const path = await mkdtemp(join(tmpdir(), 'raven-small-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
      return new SmallDisk(path);
    } catch (error) {
      await rm(path, { recursive: true, force: true });
      console.warn(
        `Skipped: a file system to fill needs the right to mount one. ${String(error).split('\n')[0]}`,
      );
      return undefined;
    }
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }

  /** Leaves so many bytes free; fewer, where somebody else writes meanwhile. */
  async fillUpTo(freeBytes: number): Promise<void> {
    const piece = Buffer.alloc(PIECE_BYTES);
    const ballast = await open(join(this.path, 'ballast'), 'w');
    try {
      for (let left = (await this.freeBytes()) - freeBytes; left > 0; left -= piece.length) {
        await ballast.writeFile(piece.subarray(0, left));
      }
    } catch (error) {
      // Whoever writes there was faster: it is as full as it gets.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await ballast.close();
    }
  }

  async relieve(): Promise<void> {
    await rm(join(this.path, 'ballast'), { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.path]);
    await rm(this.path, { recursive: true, force: true });
  }
}
