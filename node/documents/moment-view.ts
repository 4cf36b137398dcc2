import type { HeldReads } from '../storage/held-reads.ts';
import type { KeyRange } from '../storage/storage-scan.ts';
import type { KeyValueView, ReadableStorage } from './key-value-view.ts';

/** A storage of which everything can be kept as it is at one moment. */
export interface HoldableStorage extends ReadableStorage {
  hold(): HeldReads;
}

/** The storage was written to before the read was done. Whoever reads looks at `isOvertaken`. */
class OvertakenError extends Error {
  override readonly name: string = 'OvertakenError';
}

/**
 * What is durable at one moment. As long as nothing is written, the storage itself is read; after that there is what is
 * held, and where nothing is, an error.
 */
export class MomentView implements KeyValueView {
  readonly #storage: HoldableStorage;
  readonly #sequence: number;
  #held: HeldReads | undefined;
  #isOvertaken = false;

  private constructor(storage: HoldableStorage, sequence: number, held?: HeldReads) {
    this.#storage = storage;
    this.#sequence = sequence;
    this.#held = held;
  }

  /** Now, until the next write. */
  static passing(storage: HoldableStorage): MomentView {
    return new MomentView(storage, storage.sequence);
  }

  /** Now, until `close`. */
  static held(storage: HoldableStorage): MomentView {
    const held = storage.hold();
    return new MomentView(storage, held.sequence, held);
  }

  /** A number that all views of the same moment have. */
  get sequence(): number {
    return this.#sequence;
  }

  /** A read has failed because the moment is over. */
  get isOvertaken(): boolean {
    return this.#isOvertaken;
  }

  /** It lasts until `close`, from now on. False: it is over already. */
  hold(): boolean {
    if (this.#held !== undefined) return true;
    const held = this.#storage.hold();
    if (held.sequence === this.#sequence) this.#held = held;
    else held.close();
    return this.#held !== undefined;
  }

  close(): void {
    this.#held?.close();
  }

  get(column: number, key: Buffer): Buffer | undefined {
    return this.#read(
      () => this.#storage.get(column, key),
      (held) => held.get(column, key),
    );
  }

  getMany(column: number, keys: readonly Buffer[]): (Buffer | undefined)[] {
    if (keys.length === 0) return [];
    return this.#read(
      () => this.#storage.getMany(column, keys),
      (held) => keys.map((key) => held.get(column, key)),
    );
  }

  /** A scan that has begun goes on in its moment. */
  scan(column: number, range: KeyRange): Iterable<readonly [Buffer, Buffer]> {
    return this.#read<Iterable<readonly [Buffer, Buffer]>>(
      () => this.#storage.scan(column, range),
      (held) => held.scan(column, range),
    );
  }

  #read<Result>(now: () => Result, then: (held: HeldReads) => Result): Result {
    if (this.#isNow) {
      const result = now();
      if (this.#isNow) return result;
    }
    if (this.#held !== undefined) return then(this.#held);
    this.#isOvertaken = true;
    throw new OvertakenError('The storage was written to before the read was done.');
  }

  get #isNow(): boolean {
    return this.#storage.sequence === this.#sequence;
  }
}
