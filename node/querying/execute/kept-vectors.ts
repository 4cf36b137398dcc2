import { VECTORS_KEPT_BYTES_MAX } from './limits.ts';

/** The vectors of an entry. */
export type EntryVectors = readonly [entry: number, vectors: Iterable<Buffer>];

/** All vectors of a field, as they were at one state of its index. */
interface KeptField {
  readonly state: object;
  readonly field: number;
  readonly rows: readonly EntryVectors[];
  readonly bytes: number;
}

/** The one that was asked for last at the end. */
const kept: KeptField[] = [];

/**
 * The vectors of a field, entry by entry. Comparing them takes a fraction of the time of reading them, so they are kept
 * in memory until the index changes, as long as there is room. `state`: which state of its index that is.
 */
export function vectorsOfField(
  field: number,
  state: object,
  read: () => Iterable<EntryVectors>,
): Iterable<EntryVectors> {
  const at = kept.findIndex((one) => one.field === field && one.state === state);
  const [known] = at < 0 ? [] : kept.splice(at, 1);
  if (known === undefined) return reading(field, state, read());
  kept.push(known);
  return known.rows;
}

function* reading(field: number, state: object, vectors: Iterable<EntryVectors>): Generator<EntryVectors> {
  const rows: (readonly [number, readonly Buffer[]])[] = [];
  let bytes = 0;
  for (const [entry, given] of vectors) {
    const own = [...given];
    yield [entry, own];
    if (bytes > VECTORS_KEPT_BYTES_MAX) continue;
    bytes += own.reduce((sum, { length }) => sum + length, ROW_BYTES);
    if (bytes > VECTORS_KEPT_BYTES_MAX) rows.length = 0;
    else rows.push([entry, own]);
  }
  if (bytes <= VECTORS_KEPT_BYTES_MAX) keep({ state, field, rows: together(rows), bytes });
}

/** What a row takes beside the numbers, roughly. */
const ROW_BYTES = 200;

/** The rows in one piece of memory: what they were read into holds other things, too. */
function together(rows: readonly (readonly [number, readonly Buffer[]])[]): readonly EntryVectors[] {
  const all = Buffer.concat(rows.flatMap(([, vectors]) => vectors));
  let at = 0;
  return rows.map(([entry, vectors]) => [
    entry,
    vectors.map(({ length }) => {
      at += length;
      return all.subarray(at - length, at);
    }),
  ]);
}

function keep(field: KeptField): void {
  kept.push(field);
  let bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
  while (bytes > VECTORS_KEPT_BYTES_MAX) bytes -= kept.shift()?.bytes ?? bytes;
}
