import { META } from '../../documents/columns.ts';
import { readIdentity } from '../../documents/database-identity.ts';
import type { CollectionStatistics } from '../../documents/database-state.ts';
import type { DocumentReader } from '../../documents/document-reader.ts';
import { DurableView } from '../../documents/key-value-view.ts';
import { type HoldableStorage, MomentView } from '../../documents/moment-view.ts';
import type { DocumentsAhead } from '../ahead/documents-ahead.ts';
import { CollectionFigures, KnownFigures } from './collection-figures.ts';
import { readerOf } from './reader-of.ts';
import { RecentlyShown } from './recently-shown.ts';

/** The documents of a database at one moment. */
export interface DocumentsMoment {
  readonly reader: DocumentReader;
  readonly figures: CollectionFigures;
}

/** A moment that lasts until it is closed. */
export interface HeldDocuments extends DocumentsMoment {
  close(): void;
}

/** Reads of the documents of a database from the index thread. */
export class IndexedDocuments {
  readonly #storage: HoldableStorage;
  readonly #view: DurableView;
  readonly #known = new KnownFigures();
  #databaseId: string | undefined;
  /** Of what is stored when it is asked. */
  readonly #figures: CollectionFigures;
  /** Reads that need not be of one moment: whoever calls looks at each answer for itself. */
  readonly reader: DocumentReader;
  /** What queries show: the same documents over and over. */
  readonly shown: RecentlyShown;

  /** Absent: every index reads for itself. */
  readonly ahead: DocumentsAhead | undefined;

  constructor(storage: HoldableStorage, ahead?: DocumentsAhead) {
    this.#storage = storage;
    this.ahead = ahead;
    this.#view = new DurableView(storage);
    this.#figures = new CollectionFigures(this.#view, () => storage.sequence, this.#known);
    this.reader = readerOf(this.#view);
    this.shown = new RecentlyShown(storage, this.#view, this.reader);
  }

  /**
   * Reads at one moment, whatever is written meanwhile. `body` is synchronous, may be run twice and has no effects; what
   * it gives back must not be a generator of the reader.
   */
  read<Result>(body: (moment: DocumentsMoment) => Result): Result {
    const passing = MomentView.passing(this.#storage);
    try {
      const result = body(this.#momentOf(passing));
      if (!passing.isOvertaken) return result;
    } catch (error) {
      // An error that comes of looking at two moments goes away with the next run.
      if (!passing.isOvertaken) throw error;
    }
    const held = MomentView.held(this.#storage);
    try {
      return body(this.#momentOf(held));
    } finally {
      held.close();
    }
  }

  /** As `read`, of a body that may pause: then its moment lasts. End it by `return` when it is not to go on. */
  *readInTurns<Result>(body: (moment: DocumentsMoment) => Generator<void, Result>): Generator<void, Result> {
    const passing = MomentView.passing(this.#storage);
    try {
      const result = yield* whileItLasts(passing, body(this.#momentOf(passing)));
      if (result !== OVERTAKEN) return result;
    } finally {
      passing.close();
    }
    const held = MomentView.held(this.#storage);
    try {
      return yield* body(this.#momentOf(held));
    } finally {
      held.close();
    }
  }

  /** Reads at this moment, until it is closed. Writes wait while it is opened. */
  hold(): HeldDocuments {
    const view = MomentView.held(this.#storage);
    return { ...this.#momentOf(view), close: () => view.close() };
  }

  /** Nothing is read any more. Resolves when the storage may be closed. */
  async close(): Promise<void> {
    this.shown.close();
    await this.ahead?.close();
  }

  /** Etags count under it. */
  get databaseId(): string {
    this.#databaseId ??= readIdentity(this.#view) ?? '';
    return this.#databaseId;
  }

  /** Last etag of a collection, or with null of the database; 0 when there never was one. */
  lastEtag(collection: string | null): number {
    return this.#figures.lastEtag(collection);
  }

  /** Figures of a collection, or with null of each that there is. */
  figuresOf(collection: string | null): readonly CollectionStatistics[] {
    const name = collection?.toLowerCase();
    return this.#figures.all.filter((one) => name === undefined || one.name.toLowerCase() === name);
  }

  /** What `DocumentTransaction.writeMeta` has written. */
  meta(name: string): Buffer | undefined {
    return this.#view.get(META, Buffer.from(`room/${name}`));
  }

  #momentOf(view: MomentView): DocumentsMoment {
    return {
      reader: readerOf(view),
      figures: new CollectionFigures(view, () => view.sequence, this.#known),
    };
  }
}

const OVERTAKEN = Symbol('overtaken');

/** Most reads are over before anything is written; a pause is where one that is not begins to hold its moment. */
function* whileItLasts<Result>(
  moment: MomentView,
  steps: Generator<void, Result>,
): Generator<void, Result | typeof OVERTAKEN> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (moment.isOvertaken) return OVERTAKEN;
      if (done === true) return value;
      if (!moment.hold()) return OVERTAKEN;
      yield;
    }
  } catch (error) {
    if (!moment.isOvertaken) throw error;
    return OVERTAKEN;
  } finally {
    steps.return(undefined as never);
  }
}
