import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parseRavenCluster } from '../../api/parse-resource.ts';
import type { RavenCluster } from '../../api/raven-cluster.ts';
import type { FurtherCheck } from '../../api/validate-resource.ts';
import { FILE_CHECK_MS, FILE_SETTLE_MS } from './limits.ts';
import { LOCAL_RULES } from './local-rules.ts';

interface ResourceListener {
  /** A text that is not the last one, and valid. */
  readonly changed: (cluster: RavenCluster) => void | Promise<void>;
  /** A text that can't be used, or none at all. */
  readonly refused: (error: unknown) => void;
}

export interface ResourceFileOptions {
  /** What was applied last, before this operator started. */
  readonly current: RavenCluster | undefined;
  /** Whether there is a cluster by now: before that, anything may change. */
  readonly isFormed: () => boolean;
  readonly furtherCheck: FurtherCheck<RavenCluster> | undefined;
}

/** The YAML file that says what the cluster should be, read again whenever it changes. */
export class ResourceFile {
  readonly path: string;
  readonly #isFormed: () => boolean;
  readonly #furtherCheck: FurtherCheck<RavenCluster> | undefined;
  #text: string | undefined;
  #current: RavenCluster | undefined;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #trouble: string | undefined;

  constructor(path: string, options: ResourceFileOptions) {
    this.path = path;
    this.#current = options.current;
    this.#isFormed = options.isFormed;
    this.#furtherCheck = options.furtherCheck;
  }

  /** @throws InvalidResourceError, or the error of reading the file */
  async load(): Promise<RavenCluster> {
    const text = await readFile(this.path, 'utf8');
    this.#text = text;
    const parsed = parseRavenCluster(text, this.path, {
      ...(this.#current === undefined || !this.#isFormed() ? {} : { previous: this.#current }),
      extraRules: LOCAL_RULES,
      ...(this.#furtherCheck === undefined ? {} : { furtherCheck: this.#furtherCheck }),
    });
    this.#current = withGeneration(parsed, this.#current);
    return this.#current;
  }

  /** Editors write a file in place or put another one under its name: so the folder is watched, not the file. */
  watch(listener: ResourceListener): void {
    const name = basename(this.path);
    const settle = (): void => {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => void this.#check(listener), FILE_SETTLE_MS);
    };
    this.#watcher = watch(dirname(resolve(this.path)), (_event, changed) => {
      if (changed === null || changed === name) settle();
    });
    // The timer below looks anyway, should watching not work here.
    this.#watcher.on('error', () => undefined);
    this.#timer = setInterval(settle, FILE_CHECK_MS);
  }

  close(): void {
    this.#watcher?.close();
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
  }

  async #check(listener: ResourceListener): Promise<void> {
    const before = this.#current;
    try {
      if ((await readFile(this.path, 'utf8')) === this.#text) return;
      const cluster = await this.load();
      this.#trouble = undefined;
      if (cluster !== before) await listener.changed(cluster);
    } catch (error) {
      const trouble = String(error);
      if (trouble !== this.#trouble) listener.refused(error);
      this.#trouble = trouble;
    }
  }
}

/** As the API server counts: one more for each change of the spec. The same resource stays the same object. */
function withGeneration(parsed: RavenCluster, before: RavenCluster | undefined): RavenCluster {
  const generation = before?.metadata.generation ?? 0;
  const isSameSpec = JSON.stringify(parsed.spec) === JSON.stringify(before?.spec);
  const next = {
    ...parsed,
    metadata: { ...parsed.metadata, generation: isSameSpec ? generation : generation + 1 },
  };
  return JSON.stringify(next) === JSON.stringify(before) && before !== undefined ? before : next;
}
