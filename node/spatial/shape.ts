import { type Box, boxOfCircle, type Space } from './space.ts';

export interface Position {
  readonly x: number;
  readonly y: number;
}

/**
 * A shape. Lines between positions are straight on the map, as is usual. Across the date line, x goes on beyond 180.
 * `reach` is how far around it a buffered shape goes, in the units of the map.
 */
export type Shape =
  | { readonly kind: 'point'; readonly x: number; readonly y: number }
  /** Radius in kilometres on the earth. */
  | { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly radius: number }
  | { readonly kind: 'path'; readonly positions: readonly Position[]; readonly reach: number }
  /** Rings without the last position, which would be the first again: the border, then holes. */
  | {
      readonly kind: 'polygon';
      readonly rings: readonly (readonly Position[])[];
      readonly reach: number;
    }
  | { readonly kind: 'many'; readonly shapes: readonly Shape[] };

export function rectangle({ minX, maxX, minY, maxY }: Box): Shape {
  const ring = [
    { x: minX, y: minY },
    { x: maxX, y: minY },
    { x: maxX, y: maxY },
    { x: minX, y: maxY },
  ];
  return { kind: 'polygon', rings: [ring], reach: 0 };
}

/** Boxes around the parts of a shape. */
export function boxesOf(shape: Shape, space: Space): readonly Box[] {
  switch (shape.kind) {
    case 'point':
      return [{ minX: shape.x, maxX: shape.x, minY: shape.y, maxY: shape.y }];
    case 'circle':
      return [boxOfCircle(shape.x, shape.y, shape.radius, space)];
    case 'path':
      return [boxAround(shape.positions, shape.reach)];
    case 'polygon':
      return [boxAround(shape.rings.flat(), shape.reach)];
    case 'many':
      return shape.shapes.flatMap((one) => boxesOf(one, space));
  }
}

export function boxAround(positions: readonly Position[], reach: number): Box {
  let [minX, maxX, minY, maxY] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const { x, y } of positions) {
    minX = Math.min(minX, x);
    maxX = Math.max(maxX, x);
    minY = Math.min(minY, y);
    maxY = Math.max(maxY, y);
  }
  return { minX: minX - reach, maxX: maxX + reach, minY: minY - reach, maxY: maxY + reach };
}

/** The middle of a shape, from which distances to it are measured; undefined for an empty one. */
export function centerOf(shape: Shape, space: Space): Position | undefined {
  if (shape.kind === 'point' || shape.kind === 'circle') return { x: shape.x, y: shape.y };
  const boxes = boxesOf(shape, space);
  if (boxes.length === 0) return undefined;
  const { minX, maxX, minY, maxY } = boxAround(
    boxes.flatMap((box) => [
      { x: box.minX, y: box.minY },
      { x: box.maxX, y: box.maxY },
    ]),
    0,
  );
  const x = (minX + maxX) / 2;
  return { x: space.isGeography && x > 180 ? x - 360 : x, y: (minY + maxY) / 2 };
}
