import type { BatchWriter, WriteOptions } from './batch-writer.ts';
import { InlineWriter } from './inline-writer.ts';
import { StorageClosedError } from './storage-error.ts';
import { StorageWriter } from './storage-writer.ts';

/** An environment, in the caller's thread and, since somebody asked for it, in that of the writes in the background. */
interface Place {
  readonly known: Parameters<BatchWriter['attach']>;
  background: Promise<{ readonly writer: StorageWriter; readonly environment: number }> | undefined;
  /** The write in the background; it never rejects. */
  underWay: Promise<unknown> | undefined;
}

/**
 * Writes in the thread that asks, but for batches that are asked to be written in the background: in a thread that there
 * is once it is needed, so that the caller can go on with what does not depend on them.
 */
export class OverlappingWriter implements BatchWriter {
  readonly #inline = new InlineWriter();
  /** By their numbers in the caller's thread. */
  readonly #places = new Map<number, Place>();
  #thread: StorageWriter | undefined;
  /** Environments that are in the thread, or tried to come in. */
  #users = 0;

  async attach(...known: Parameters<BatchWriter['attach']>): Promise<number> {
    const environment = await this.#inline.attach(...known);
    this.#places.set(environment, { known, background: undefined, underWay: undefined });
    return environment;
  }

  async write(
    environment: number,
    frame: Uint8Array<ArrayBuffer>,
    { sync, inBackground = false }: WriteOptions,
  ): Promise<void> {
    const place = this.#places.get(environment);
    if (place === undefined) throw new StorageClosedError('The environment is closed.');
    while (place.underWay !== undefined) await place.underWay;
    if (!inBackground) return this.#inline.write(environment, frame, { sync });
    const written = this.#writeBehind(place, frame, sync);
    const done = (): void => {
      place.underWay = undefined;
    };
    place.underWay = written.then(done, done);
    return written;
  }

  async detach(environment: number): Promise<void> {
    const place = this.#places.get(environment);
    if (place === undefined) return;
    this.#places.delete(environment);
    while (place.underWay !== undefined) await place.underWay;
    await this.#leaveBackground(place);
    await this.#inline.detach(environment);
  }

  async #writeBehind(place: Place, frame: Uint8Array<ArrayBuffer>, sync: boolean): Promise<void> {
    place.background ??= this.#enterBackground(place);
    const { writer, environment } = await place.background;
    await writer.write(environment, frame, { sync });
  }

  async #enterBackground({ known }: Place): Promise<{ writer: StorageWriter; environment: number }> {
    this.#users++;
    this.#thread ??= new StorageWriter('index-writer');
    const writer = this.#thread;
    return { writer, environment: await writer.attach(...known) };
  }

  /** The thread ends with the last of its environments. */
  async #leaveBackground({ background }: Place): Promise<void> {
    if (background === undefined) return;
    try {
      const { writer, environment } = await background;
      await writer.detach(environment);
    } catch {
      // It has never come in: whoever wrote was told.
    }
    this.#users--;
    if (this.#users > 0) return;
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.stop();
  }
}
