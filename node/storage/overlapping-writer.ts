import type { BatchWriter, WriteOptions } from './batch-writer.ts';
import { InlineWriter } from './inline-writer.ts';
import { StorageClosedError } from './storage-error.ts';
import { StorageWriter } from './storage-writer.ts';

/** A thread of writes in the background, and how many environments are in it, or tried to come in. */
interface Background {
  readonly writer: StorageWriter;
  users: number;
}

/** An environment, in the caller's thread and, since somebody asked for it, in that of the writes in the background. */
interface Place {
  readonly known: Parameters<BatchWriter['attach']>;
  background: { readonly thread: Background; readonly environment: Promise<number> } | undefined;
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
  readonly #newThread: () => StorageWriter;
  #thread: Background | undefined;

  constructor(newThread = () => new StorageWriter('index-writer')) {
    this.#newThread = newThread;
  }

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
    const { thread, environment } = place.background;
    await thread.writer.write(await environment, frame, { sync });
  }

  /** One that has failed is left to those that are in it: whatever they write there fails. */
  #enterBackground({ known }: Place): NonNullable<Place['background']> {
    if (this.#thread === undefined || this.#thread.writer.hasFailed) {
      this.#thread = { writer: this.#newThread(), users: 0 };
    }
    const thread = this.#thread;
    thread.users++;
    return { thread, environment: thread.writer.attach(...known) };
  }

  /** A thread ends with the last of its environments. */
  async #leaveBackground({ background }: Place): Promise<void> {
    if (background === undefined) return;
    const { thread, environment } = background;
    try {
      await thread.writer.detach(await environment);
    } catch {
      // It has never come in: whoever wrote was told.
    }
    thread.users--;
    if (thread.users > 0) return;
    if (this.#thread === thread) this.#thread = undefined;
    await thread.writer.stop();
  }
}
