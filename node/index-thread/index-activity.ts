import type { LocalIndex } from '../indexing/local/local-index.ts';
import type { IndexSettings } from './describe-index.ts';
import { PausedIndexes } from './paused-indexes.ts';
import type { IndexDefinitions } from './thread-protocol.ts';

type DefinedSettings = Omit<IndexSettings, 'isPaused' | 'isPending'>;

const DEFAULT_SETTINGS: DefinedSettings = { state: 'Normal', lockMode: 'Unlock', priority: 'Normal' };

/** Which indexes of a database follow documents: as its record says, as this node was told, and as they are asked. */
export class IndexActivity {
  #isDisabled = false;
  #settings: ReadonlyMap<string, DefinedSettings> = new Map();
  #heldBack: ReadonlySet<string> = new Set();
  readonly #paused = new PausedIndexes();

  /** From now on the record says this. `known`: the indexes that there are. */
  define(definitions: IndexDefinitions, known: readonly LocalIndex[]): void {
    const before = this.#settings;
    this.#settings = settingsByName(definitions);
    this.#isDisabled = definitions.isDisabled === true;
    this.#heldBack = new Set(definitions.pending?.map((name) => name.toLowerCase()));
    for (const index of known) if (before.get(keyOf(index))?.state !== 'Idle') index.isAwake = false;
  }

  /** Null: all of them. */
  setPaused(name: string | null, isPaused: boolean): void {
    this.#paused.set(name, isPaused);
  }

  /**
   * Neither a new index nor the replacement of one is made before it is this node's turn. What has been made here
   * already goes on, and so does an index that another one is to replace.
   */
  isPending(index: LocalIndex, isReplaced: boolean): boolean {
    return this.#heldBack.has(keyOf(index)) && !isReplaced && !index.hasCaughtUp;
  }

  settingsOf(index: LocalIndex, isReplaced: boolean): IndexSettings {
    const settings = this.#settings.get(keyOf(index)) ?? DEFAULT_SETTINGS;
    const isPaused = this.#isDisabled || this.#paused.has(index.spec.name) || settings.state === 'Disabled';
    return { ...settings, isPaused, isPending: this.isPending(index, isReplaced) };
  }

  follows(index: LocalIndex, isReplaced: boolean): boolean {
    const { isPaused, isPending } = this.settingsOf(index, isReplaced);
    return !isPaused && !isPending && !this.#isAsleep(index);
  }

  /** Whether somebody waits for it who waits for all: not for one that is not made here, or that nobody asks. */
  isAwaited(index: LocalIndex, isReplaced: boolean): boolean {
    const { state, isPending } = this.settingsOf(index, isReplaced);
    return !this.#isAsleep(index) && state !== 'Disabled' && !isPending;
  }

  /** An idle index follows documents again once it is asked. True: it did not until now. */
  wake(index: LocalIndex): boolean {
    const wasAsleep = this.#isAsleep(index);
    index.isAwake = true;
    return wasAsleep;
  }

  #isAsleep(index: LocalIndex): boolean {
    return !index.isAwake && this.#settings.get(keyOf(index))?.state === 'Idle';
  }
}

function keyOf(index: LocalIndex): string {
  return index.spec.name.toLowerCase();
}

/** What the record says of each index, by its name in lower case. */
function settingsByName(definitions: IndexDefinitions): ReadonlyMap<string, DefinedSettings> {
  const written = definitions.static.map(
    ({ Name, State, LockMode, Priority }) =>
      [Name.toLowerCase(), { state: State, lockMode: LockMode, priority: Priority }] as const,
  );
  const auto = definitions.auto.map(
    ({ Name, State, Priority }) =>
      [Name.toLowerCase(), { state: State ?? 'Normal', lockMode: 'Unlock', priority: Priority }] as const,
  );
  return new Map([...written, ...auto]);
}
