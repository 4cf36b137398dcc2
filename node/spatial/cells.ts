import type { Position } from './shape.ts';
import { type Box, boxesMeet, type Space, turnsOf } from './space.ts';

/**
 * The world as a tree of cells: each is four smaller ones. A cell's number has the path to it in its high bits, and a
 * one behind the path: all cells below it are numbers around its own, and numbers of neighbours are often neighbours.
 */
export const CELL_LEVELS = 26;

/** 53 bits: every number is exact. */
const sizeOf = (level: number): number => 4 ** (CELL_LEVELS - level);

interface Cell {
  readonly level: number;
  readonly path: number;
  readonly box: Box;
}

/** Numbers of cells, both ends included. */
export interface CellRange {
  readonly from: number;
  readonly to: number;
}

/** The smallest cell that a position is in. */
export function cellAt({ x, y }: Position, { world }: Space): number {
  const steps = 2 ** CELL_LEVELS;
  const step = (value: number, min: number, max: number): number =>
    Math.max(0, Math.min(steps - 1, Math.floor(((value - min) / (max - min)) * steps)));
  const column = step(x, world.minX, world.maxX);
  const row = step(y, world.minY, world.maxY);
  let path = 0;
  for (let bit = CELL_LEVELS - 1; bit >= 0; bit--) {
    path = path * 4 + ((row >>> bit) & 1) * 2 + ((column >>> bit) & 1);
  }
  return path * 2 + 1;
}

/** Numbers of cells that together hold these boxes: no more than `most`, unless the boxes are more. */
export function cellsOver(boxes: readonly Box[], space: Space, most: number): readonly number[] {
  return coveringCells(boxes, space, most).map(numberOf);
}

/** As `cellsOver`: everything at or below the cells, as few ranges of numbers. */
export function rangesBelow(boxes: readonly Box[], space: Space, most: number): readonly CellRange[] {
  const ranges = coveringCells(boxes, space, most)
    .map((cell) => {
      const [number, half] = [numberOf(cell), sizeOf(cell.level)];
      return { from: number - half + 1, to: number + half - 1 };
    })
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 2) last.to = Math.max(last.to, range.to);
    else merged.push({ ...range });
  }
  return merged;
}

/** Numbers of the cells above those that hold the boxes: larger shapes are in them. */
export function cellsAbove(boxes: readonly Box[], space: Space, most: number): readonly number[] {
  const found = new Set<number>();
  for (const { level, path } of coveringCells(boxes, space, most)) {
    for (let up = 1; up <= level; up++) {
      const above = { level: level - up, path: Math.floor(path / 4 ** up) };
      found.add(numberOf(above));
    }
  }
  return [...found];
}

function numberOf({ level, path }: Pick<Cell, 'level' | 'path'>): number {
  return path * 2 * sizeOf(level) + sizeOf(level);
}

/** From the whole world down, as long as there are not too many. */
function coveringCells(boxes: readonly Box[], space: Space, most: number): readonly Cell[] {
  const asked = boxes.flatMap((box) => inWorld(box, space));
  if (asked.length === 0) return [];
  let cells: readonly Cell[] = [{ level: 0, path: 0, box: space.world }];
  for (let level = 0; level < CELL_LEVELS; level++) {
    const next = cells.flatMap((cell) =>
      asked.some((box) => holds(box, cell.box))
        ? [cell]
        : quarters(cell).filter((quarter) => asked.some((box) => boxesMeet(box, quarter.box))),
    );
    if (next.length > most) return cells;
    if (next.every((cell, at) => cell === cells[at])) return cells;
    cells = next;
  }
  return cells;
}

/** Rounding may put a position beside the cell that it is in: boxes are that much larger, in parts of the world. */
const ROUNDING = 1e-12;

/** The parts of a box in the world, with those that are on its next copy; outside of a plane's world: at its border. */
function inWorld(exact: Box, space: Space): readonly Box[] {
  const { world, isGeography } = space;
  const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value));
  const [roomX, roomY] = [(world.maxX - world.minX) * ROUNDING, (world.maxY - world.minY) * ROUNDING];
  const box = {
    minX: exact.minX - roomX,
    maxX: exact.maxX + roomX,
    minY: exact.minY - roomY,
    maxY: exact.maxY + roomY,
  };
  const clamped = (turn: number): Box => ({
    minX: clamp(box.minX + turn, world.minX, world.maxX),
    maxX: clamp(box.maxX + turn, world.minX, world.maxX),
    minY: clamp(box.minY, world.minY, world.maxY),
    maxY: clamp(box.maxY, world.minY, world.maxY),
  });
  return turnsOf(space)
    .filter((turn) => !isGeography || (box.minX + turn <= world.maxX && box.maxX + turn >= world.minX))
    .map(clamped);
}

function quarters({ level, path, box }: Cell): readonly Cell[] {
  const [middleX, middleY] = [(box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2];
  return [0, 1, 2, 3].map((at) => ({
    level: level + 1,
    path: path * 4 + at,
    box: {
      minX: at % 2 === 0 ? box.minX : middleX,
      maxX: at % 2 === 0 ? middleX : box.maxX,
      minY: at < 2 ? box.minY : middleY,
      maxY: at < 2 ? middleY : box.maxY,
    },
  }));
}

function holds(outer: Box, inner: Box): boolean {
  return (
    outer.minX <= inner.minX &&
    outer.maxX >= inner.maxX &&
    outer.minY <= inner.minY &&
    outer.maxY >= inner.maxY
  );
}
