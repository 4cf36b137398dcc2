import { IndexingError } from '../indexing-error.ts';
import { ERROR_CHARACTERS_MAX, KEPT_ERRORS_MAX, REFERENCED_COLLECTIONS_MAX } from '../limits.ts';
import { type ChangedTargets, NO_TARGETS } from '../references/referencing-documents.ts';
import type { Feed } from './feed.ts';
import {
  type FollowedCollection,
  followedFrom,
  type IndexErrorRow,
  type IndexStateRow,
  NO_REFERENCES,
} from './index-state.ts';

/** What a batch came to. */
export class BatchOutcome {
  readonly #feed: Feed;
  readonly #state: IndexStateRow;
  readonly #followed = new Map<string, FollowedCollection>();
  readonly #errors: IndexErrorRow[] = [];
  #lookedUp = false;
  progress: Feed['progress'];
  attempts = 0;

  constructor(feed: Feed, state: IndexStateRow) {
    this.#feed = feed;
    this.#state = state;
    this.progress = feed.progress;
  }

  /**
   * From now on the index follows a collection, if it does not yet. Must be called before anything of that is loaded.
   * `lastEtag`: reads that of the collection.
   */
  follow(name: string, lastEtag: () => number): void {
    const key = name.toLowerCase();
    const known = this.#state.references?.collections ?? {};
    if (Object.hasOwn(known, key) || this.#followed.has(key)) return;
    if (Object.keys(known).length + this.#followed.size >= REFERENCED_COLLECTIONS_MAX) {
      throw new IndexingError(`An index may load from ${REFERENCED_COLLECTIONS_MAX} collections.`);
    }
    this.#followed.set(key, followedFrom(name, lastEtag()));
  }

  /** Documents of the index have loaded others, in this batch or before. */
  get hasReferences(): boolean {
    return this.#followed.size > 0 || this.#state.references !== undefined;
  }

  /** Documents of the index have looked up compare-exchange values, in this batch or before. */
  get hasValues(): boolean {
    return this.#lookedUp || this.#state.values !== undefined;
  }

  /** A document has looked up values. */
  lookUp(): void {
    this.#lookedUp = true;
  }

  fail(document: string, error: unknown, action: IndexErrorRow['action'] = 'Map'): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#errors.push({
      timestamp: new Date().toISOString(),
      document,
      action,
      error:
        `Failed to execute ${action === 'Map' ? 'mapping' : 'reduce'} function on ${document}. Exception: ${text}`.slice(
          0,
          ERROR_CHARACTERS_MAX,
        ),
    });
  }

  get failures(): number {
    return this.#errors.length;
  }

  /** The state of the index with this batch. */
  stateAfter(state: IndexStateRow): IndexStateRow {
    const errors = this.#errors;
    return {
      ...state,
      ...(this.#feed.kind === 'documents' ? this.#mapped : {}),
      ...(this.hasReferences ? { references: this.#references } : {}),
      ...(this.hasValues ? { values: this.#values } : {}),
      lastIndexedAt: new Date().toISOString(),
      errors: errors.length === 0 ? state.errors : [...state.errors, ...errors].slice(-KEPT_ERRORS_MAX),
    };
  }

  get #failedMaps(): number {
    return this.#errors.filter(({ action }) => action === 'Map').length;
  }

  get #values(): ChangedTargets {
    return 'targets' in this.progress ? this.progress : (this.#state.values ?? NO_TARGETS);
  }

  get #mapped(): Pick<IndexStateRow, 'progress' | 'mapAttempts' | 'mapSuccesses' | 'mapErrors'> {
    const { progress, mapAttempts, mapSuccesses, mapErrors } = this.#state;
    const failed = this.#failedMaps;
    return {
      progress: 'seenEtag' in this.progress ? { ...progress, [this.#feed.key]: this.progress } : progress,
      mapAttempts: mapAttempts + this.attempts,
      mapSuccesses: mapSuccesses + this.attempts - failed,
      mapErrors: mapErrors + failed,
    };
  }

  get #references(): NonNullable<IndexStateRow['references']> {
    const { collections, attempts, errors } = this.#state.references ?? NO_REFERENCES;
    const isOwn = 'changed' in this.progress;
    return {
      collections: {
        ...collections,
        ...Object.fromEntries(this.#followed),
        ...('changed' in this.progress ? { [this.#feed.key]: this.progress } : {}),
      },
      attempts: attempts + (isOwn ? this.attempts : 0),
      errors: errors + (isOwn ? this.#failedMaps : 0),
    };
  }
}
