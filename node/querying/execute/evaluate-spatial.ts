import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { type EntrySet, NO_ENTRIES, subtract, union } from '../../indexing/store/entry-set.ts';
import type { IndexReader } from '../../indexing/store/index-reader.ts';
import { cellTerm, EXTENDED, pointOfTerm } from '../../indexing/store/spatial-terms.ts';
import { EXISTS, SPATIAL_TERM } from '../../indexing/store/term.ts';
import { type CellRange, cellsAbove, rangesBelow } from '../../spatial/cells.ts';
import { SEARCHED_CELLS_MAX } from '../../spatial/limits.ts';
import { parseWkt } from '../../spatial/parse-wkt.ts';
import { relates, type SpatialRelation } from '../../spatial/relate.ts';
import { boxesOf, type Shape } from '../../spatial/shape.ts';
import type { Space } from '../../spatial/space.ts';
import type { Predicate } from '../plan/predicate.ts';

/** Entries whose rows are read at once. */
const ROWS_AT_ONCE = 256;

/**
 * The entries with a shape that stands in the relation: found by the cells around what is asked for, then compared
 * exactly. A field that holds no shapes has none. Disjoint are entries that have shapes, none of which meets it.
 */
export function spatialEntries(
  { relation, shape }: Extract<Predicate, { kind: 'spatial' }>,
  field: IndexField,
  reader: IndexReader,
): EntrySet {
  const { spatial: space } = field;
  if (space === undefined) return NO_ENTRIES;
  const asked = shape(space);
  if (relation !== 'disjoint') return related(relation, asked, field, space, reader);
  return subtract(reader.entries(field.id, EXISTS), related('intersects', asked, field, space, reader));
}

function related(
  relation: SpatialRelation,
  asked: Shape,
  field: IndexField,
  space: Space,
  reader: IndexReader,
): EntrySet {
  const boxes = boxesOf(asked, space);
  const ranges = rangesBelow(boxes, space, SEARCHED_CELLS_MAX);
  const found: EntrySet[] = [];
  const extended: EntrySet[] = [];
  for (const range of ranges) {
    for (const { bytes, entries } of termsIn(range, field, reader)) {
      const point = pointOfTerm(bytes);
      if (point === undefined) extended.push(entries);
      else if (relates({ kind: 'point', ...point }, relation, asked, space)) found.push(entries);
    }
  }
  if (reader.entries(field.id, EXTENDED).length > 0) {
    for (const cell of cellsAbove(boxes, space, SEARCHED_CELLS_MAX)) {
      extended.push(reader.entries(field.id, cellTerm(cell)));
    }
  }
  return union([...found, ...comparedByRow(union(extended), relation, asked, field, space, reader)]);
}

function termsIn({ from, to }: CellRange, field: IndexField, reader: IndexReader) {
  return reader.terms(field.id, SPATIAL_TERM, {
    from: { bytes: cellTerm(from).bytes, inclusive: true },
    to: { bytes: cellTerm(to + 1).bytes, inclusive: false },
  });
}

/** Of entries that may be meant, those that are. */
function* comparedByRow(
  candidates: EntrySet,
  relation: SpatialRelation,
  asked: Shape,
  { source }: IndexField,
  space: Space,
  reader: IndexReader,
): Generator<EntrySet> {
  for (let from = 0; from < candidates.length; from += ROWS_AT_ONCE) {
    const some = candidates.subarray(from, from + ROWS_AT_ONCE);
    const rows = reader.entryRows([...some]);
    yield some.filter((_, at) =>
      (rows[at]?.values[source] ?? []).some(
        (value) => typeof value === 'string' && relates(parseWkt(value, space), relation, asked, space),
      ),
    );
  }
}
