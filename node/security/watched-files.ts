import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CertificateError } from './certificate-error.ts';
import { CERTIFICATE_FILE_BYTES_MAX, FILES_LOOK_MS, FILES_SETTLE_MS } from './limits.ts';

export interface WatchedFilesOptions<T> {
  readonly paths: readonly string[];
  /** Makes the value of what the files hold, in the order of `paths`. Throws for content that is no use. */
  readonly parse: (contents: readonly Buffer[]) => T;
  /** New content is in force. */
  readonly onReplaced: (value: T) => void;
  /** New content is no use, and the old value stays in force; told once for each content. */
  readonly onRefused: (error: Error) => void;
  /** Period of the look that needs no event, in milliseconds. */
  readonly lookMs?: number;
}

/**
 * A value that is made of files, and made anew when they change. Folders are watched, not files: Kubernetes swaps a
 * symbolic link beside them, editors replace the file. Where nothing can be watched, looking now and then is enough.
 */
export class WatchedFiles<T> {
  readonly #options: WatchedFilesOptions<T>;
  readonly #watchers: FSWatcher[] = [];
  readonly #timer: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;
  #value: T;
  /** Of the last content that was looked at, taken or refused. */
  #digest: string;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: WatchedFilesOptions<T>, value: T, digest: string) {
    this.#options = options;
    this.#value = value;
    this.#digest = digest;
    for (const folder of new Set(options.paths.map(dirname))) this.#watch(folder);
    this.#timer = setInterval(() => this.#look(), options.lookMs ?? FILES_LOOK_MS);
    this.#timer.unref();
  }

  /** Rejects with CertificateError when a file can't be read, or with what `parse` throws. */
  static async open<T>(options: WatchedFilesOptions<T>): Promise<WatchedFiles<T>> {
    const contents = await readAll(options.paths);
    return new WatchedFiles(options, options.parse(contents), digestOf(contents));
  }

  get value(): T {
    return this.#value;
  }

  async close(): Promise<void> {
    for (const watcher of this.#watchers) watcher.close();
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    await this.#looking;
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#settle());
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // No watch to be had (a limit of the system, a file system without events): the timer looks all the same.
    }
  }

  #settle(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#look(), FILES_SETTLE_MS);
    this.#settling.unref();
  }

  /** One look after the other, so that an older content never replaces a newer one. */
  #look(): void {
    this.#looking = this.#looking.then(() => this.#lookOnce());
  }

  async #lookOnce(): Promise<void> {
    const { paths, parse, onReplaced, onRefused } = this.#options;
    let digest = '';
    try {
      const contents = await readAll(paths);
      digest = digestOf(contents);
      if (digest === this.#digest) return;
      this.#value = parse(contents);
      this.#digest = digest;
      onReplaced(this.#value);
    } catch (error) {
      const refused = error instanceof Error ? error : new Error(String(error));
      // A file that can't be read has no content to be known by; its message stands for it.
      const seen = digest === '' ? refused.message : digest;
      if (seen === this.#digest) return;
      this.#digest = seen;
      onRefused(refused);
    }
  }
}

async function readAll(paths: readonly string[]): Promise<readonly Buffer[]> {
  return Promise.all(paths.map(readOne));
}

async function readOne(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > CERTIFICATE_FILE_BYTES_MAX) {
        throw new Error(`it has ${size} bytes, and may have ${CERTIFICATE_FILE_BYTES_MAX}`);
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new CertificateError(
      `The file ${path} can't be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

function digestOf(contents: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(`${content.byteLength}:`).update(content);
  return hash.digest('hex');
}
