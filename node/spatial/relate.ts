import {
  moved,
  positionsOf,
  type Region,
  regionCovers,
  regionOf,
  regionsMeet,
  regionWithin,
} from './region.ts';
import type { Position, Shape } from './shape.ts';
import { boxesMeet, distance, type Space, turnsOf } from './space.ts';

export type SpatialRelation = 'within' | 'contains' | 'intersects' | 'disjoint';

/** Whether a shape of a document stands in a relation to a shape of a query. Borders belong to shapes. */
export function relates(own: Shape, relation: SpatialRelation, asked: Shape, space: Space): boolean {
  switch (relation) {
    case 'within':
      return isWithin(own, asked, space);
    case 'contains':
      return isWithin(asked, own, space);
    case 'intersects':
      return intersects(own, asked, space);
    case 'disjoint':
      return !intersects(own, asked, space);
  }
}

function intersects(a: Shape, b: Shape, space: Space): boolean {
  if (a.kind === 'many') return a.shapes.some((one) => intersects(one, b, space));
  if (b.kind === 'many') return b.shapes.some((one) => intersects(a, one, space));
  if (a.kind === 'point') return covers(b, a, space);
  if (b.kind === 'point') return covers(a, b, space);
  if (a.kind === 'circle' && b.kind === 'circle') return distance(a, b, space) <= a.radius + b.radius;
  return inSomeTurn(regionOf(a, space), regionOf(b, space), space, regionsMeet);
}

/** Several shapes are within another when each is; a shape is within several when it is within one of them. */
function isWithin(a: Shape, b: Shape, space: Space): boolean {
  if (a.kind === 'many') return a.shapes.length > 0 && a.shapes.every((one) => isWithin(one, b, space));
  if (b.kind === 'many') return b.shapes.some((one) => isWithin(a, one, space));
  if (a.kind === 'point') return covers(b, a, space);
  if (a.kind === 'circle' && b.kind === 'circle') return distance(a, b, space) + a.radius <= b.radius;
  const region = regionOf(a, space);
  if (b.kind === 'point' || b.kind === 'circle') {
    return positionsOf(region).every((at) => covers(b, at, space));
  }
  return inSomeTurn(region, regionOf(b, space), space, regionWithin);
}

/** Whether the position is in the shape. */
export function covers(shape: Exclude<Shape, { kind: 'many' }>, at: Position, space: Space): boolean {
  switch (shape.kind) {
    case 'point':
      return shape.y === at.y && turnsOf(space).some((turn) => shape.x === at.x + turn);
    case 'circle':
      return distance(shape, at, space) <= shape.radius;
    default: {
      const region = regionOf(shape, space);
      return turnsOf(space).some((turn) => regionCovers(region, { x: at.x + turn, y: at.y }));
    }
  }
}

function inSomeTurn(a: Region, b: Region, space: Space, holds: (a: Region, b: Region) => boolean): boolean {
  return turnsOf(space).some((turn) => {
    const other = moved(b, turn);
    return boxesMeet(a.box, other.box) && holds(a, other);
  });
}
