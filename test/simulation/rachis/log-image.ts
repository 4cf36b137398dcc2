import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import type { SnapshotMetadata } from '../../../node/rachis/core/message.ts';
import type { PersistRequest } from '../../../node/rachis/core/ready.ts';

/** A log rebuilt from persist requests alone, so that the checks don't trust the core's own view of it. */
export class LogImage {
  base: SnapshotMetadata | null;
  readonly #entries: Entry[];
  /** The one in force; undefined when it has to be looked for. */
  #configuration: Configuration | null | undefined;

  constructor(base: SnapshotMetadata | null, entries: readonly Entry[]) {
    this.base = base;
    this.#entries = [...entries];
  }

  get baseIndex(): number {
    return this.base?.index ?? 0;
  }

  get lastIndex(): number {
    return this.baseIndex + this.#entries.length;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  entryAt(index: number): Entry | undefined {
    return this.#entries[index - this.baseIndex - 1];
  }

  termAt(index: number): number | undefined {
    if (index === this.baseIndex) return this.base?.term ?? 0;
    return this.entryAt(index)?.term;
  }

  /** In force: the last one in the log. */
  get configuration(): Configuration | null {
    if (this.#configuration === undefined) this.#configuration = this.#findConfiguration();
    return this.#configuration;
  }

  #findConfiguration(): Configuration | null {
    for (let position = this.#entries.length - 1; position >= 0; position--) {
      const entry = this.#entries[position];
      if (entry?.kind === 'configuration') return entry.configuration;
    }
    return this.base?.configuration ?? null;
  }

  /** Every configuration that the log holds. */
  get configurations(): readonly Configuration[] {
    const held = this.#entries.flatMap((entry) =>
      entry.kind === 'configuration' ? [entry.configuration] : [],
    );
    return this.base === null ? held : [this.base.configuration, ...held];
  }

  apply(request: PersistRequest): void {
    this.#configuration = undefined;
    const start = request.snapshot ?? request.rewrittenAfter;
    if (start !== undefined) {
      this.base = start;
      this.#entries.length = 0;
    }
    const first = request.entries[0];
    if (first === undefined) return;
    this.#entries.length = Math.min(this.#entries.length, first.index - this.baseIndex - 1);
    if (first.index !== this.lastIndex + 1) {
      throw new Error(`a persist request starts at ${first.index}, but the log ends at ${this.lastIndex}`);
    }
    for (const entry of request.entries) this.#entries.push(entry);
  }

  compactTo(point: SnapshotMetadata): void {
    this.#entries.splice(0, point.index - this.baseIndex);
    this.base = point;
    this.#configuration = undefined;
  }
}
