import { hasRoomToReopen } from '../documents/storage-recovery.ts';
import { REPAIR_DELAY_MS } from './limits.ts';

/**
 * Opens the storage of indexes again after it has failed to write: the engine refuses all that follows until then. Not
 * before there is room for it on the disk, since what is there can be read meanwhile.
 */
export class StorageRepair {
  readonly #reopen: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  /** `reopen`: closes it, and opens it again. */
  constructor(reopen: () => Promise<void>) {
    this.#reopen = reopen;
  }

  /** It has failed. `path`: its folder. */
  begin(path: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#underWay = this.#attempt(path);
    }, REPAIR_DELAY_MS);
  }

  /** Resolves when nothing is tried any more. */
  async ended(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#underWay;
    clearTimeout(this.#timer);
  }

  /** Never rejects. */
  async #attempt(path: string): Promise<void> {
    try {
      if (await hasRoomToReopen(path)) await this.#reopen();
      else this.begin(path);
    } catch (error) {
      process.emitWarning(`The indexes could not be opened again; another attempt follows: ${error}`);
      this.begin(path);
    }
  }
}
