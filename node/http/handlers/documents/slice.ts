import type { Database } from '../../../documents/database.ts';
import type { DocumentReader } from '../../../documents/document-reader.ts';
import type { StoredDocument } from '../../../documents/stored-document.ts';
import { STREAM_IDLE_MS } from '../../../index-thread/limits.ts';
import { STREAM_MOMENT_MS_MAX } from '../../../querying/execute/limits.ts';
import { LostMomentError } from '../../../querying/query-error.ts';
import { CHUNK_BYTES, SLICE_DOCUMENTS } from '../../limits.ts';

/** What a listing is of, in its order and with its page. */
export type Listing = (reader: DocumentReader) => Generator<StoredDocument>;

/**
 * The documents of a listing, all from one moment: at once when they are few, or else slice by slice as they are read.
 * That moment is kept from the first read to the last, unless nobody reads for STREAM_IDLE_MS or it takes longer than
 * STREAM_MOMENT_MS_MAX: then there is a LostMomentError.
 *
 * @param nowMs a clock that only goes forward
 */
export function listed(
  database: Database,
  listing: Listing,
  nowMs: () => number = () => performance.now(),
): readonly StoredDocument[] | AsyncGenerator<readonly StoredDocument[]> {
  const { documents, isLast } = database.read((reader) => firstSlice(listing(reader)));
  // Nothing is held before somebody reads: a client that is gone by then never ends it.
  return isLast ? documents : slices(database, listing, nowMs);
}

async function* slices(
  database: Database,
  listing: Listing,
  nowMs: () => number,
): AsyncGenerator<readonly StoredDocument[]> {
  const moment = database.hold();
  const documents = listing(moment.reader);
  let isOver = false;
  const end = (): void => {
    isOver = true;
    documents.return(undefined);
    moment.close();
  };
  const endMs = nowMs() + STREAM_MOMENT_MS_MAX;
  try {
    for (;;) {
      const slice = takeSlice(documents);
      const idle = setTimeout(end, STREAM_IDLE_MS).unref();
      try {
        yield slice.documents;
      } finally {
        clearTimeout(idle);
      }
      if (slice.isLast) return;
      if (isOver || nowMs() > endMs) {
        throw new LostMomentError(isOver ? STREAM_IDLE_MS : STREAM_MOMENT_MS_MAX);
      }
      // Between two slices, whoever waits gets a turn.
      await new Promise(setImmediate);
    }
  } finally {
    end();
  }
}

/** No more than that is read: what is left open of it would stay so, and the engine would keep its moment. */
function firstSlice(documents: Generator<StoredDocument>): ReturnType<typeof takeSlice> {
  try {
    return takeSlice(documents);
  } finally {
    documents.return(undefined);
  }
}

/** Takes documents until a slice is full, by number or by bytes; `isLast`: there were no more. They can be read on. */
function takeSlice(documents: Generator<StoredDocument>): {
  readonly documents: readonly StoredDocument[];
  readonly isLast: boolean;
} {
  const taken: StoredDocument[] = [];
  let bytes = 0;
  while (taken.length < SLICE_DOCUMENTS && bytes < CHUNK_BYTES) {
    const { value, done } = documents.next();
    if (done === true) return { documents: taken, isLast: true };
    taken.push(value);
    bytes += value.body.byteLength;
  }
  return { documents: taken, isLast: false };
}
