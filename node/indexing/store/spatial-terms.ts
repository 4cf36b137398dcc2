import { cellAt, cellsOver } from '../../spatial/cells.ts';
import { INDEXED_CELLS_MAX } from '../../spatial/limits.ts';
import { parseWkt } from '../../spatial/parse-wkt.ts';
import { boxesOf, type Position } from '../../spatial/shape.ts';
import type { Space } from '../../spatial/space.ts';
import type { FieldValues } from '../values/index-value.ts';
import { distinctTerms, EntryTerm, EXISTS, MARKER_TERM, SPATIAL_TERM, type Term } from './term.ts';

/**
 * Shapes by the cells they are in. A point's term is its cell and then the point itself, so that whoever looks for it
 * need not read the entry. Any other shape has a few cells that hold it, of whatever size.
 */
const CELL_BYTES = 8;
const POINT_BYTES = CELL_BYTES + 16;

/** Entries with shapes that are no points. */
export const EXTENDED = new EntryTerm(MARKER_TERM, 'extended');

/** @throws SpatialError when a value is no shape */
export function spatialTerms(values: FieldValues, space: Space): readonly EntryTerm[] {
  const terms: EntryTerm[] = [EXISTS];
  for (const value of values) {
    if (typeof value !== 'string') continue;
    const shape = parseWkt(value, space);
    if (shape.kind === 'point') {
      terms.push(pointTerm(shape, space));
      continue;
    }
    terms.push(EXTENDED);
    for (const cell of cellsOver(boxesOf(shape, space), space, INDEXED_CELLS_MAX))
      terms.push(EntryTerm.of(SPATIAL_TERM, cellBytes(cell, CELL_BYTES)));
  }
  return distinctTerms(terms);
}

export function cellTerm(cell: number): Term {
  return { kind: SPATIAL_TERM, bytes: cellBytes(cell, CELL_BYTES) };
}

function pointTerm(point: Position, space: Space): EntryTerm {
  const bytes = cellBytes(cellAt(point, space), POINT_BYTES);
  bytes.writeDoubleBE(point.x, CELL_BYTES);
  bytes.writeDoubleBE(point.y, CELL_BYTES + 8);
  return EntryTerm.of(SPATIAL_TERM, bytes);
}

/** The point of a term; undefined for a cell of another shape. */
export function pointOfTerm(bytes: Buffer): Position | undefined {
  if (bytes.length !== POINT_BYTES) return undefined;
  return { x: bytes.readDoubleBE(CELL_BYTES), y: bytes.readDoubleBE(CELL_BYTES + 8) };
}

function cellBytes(cell: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeUInt32BE(Math.floor(cell / 2 ** 32), 0);
  bytes.writeUInt32BE(cell % 2 ** 32, 4);
  return bytes;
}
