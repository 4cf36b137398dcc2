import type { Position, Shape } from './shape.ts';
import { boxAround } from './shape.ts';
import { type Box, boxesMeet, destination, KM_PER_DEGREE, type Space } from './space.ts';

/** A shape on the map as its edges: what lines and polygons are, and circles nearly. */
export interface Region {
  readonly edges: readonly Edge[];
  /** Its inside belongs to it. */
  readonly isArea: boolean;
  readonly reach: number;
  readonly box: Box;
}

export interface Edge {
  readonly from: Position;
  readonly to: Position;
}

/** Corners that a circle becomes where its edges are needed; positions are compared with the circle itself. */
const CIRCLE_CORNERS = 256;

/** Positions along each edge where a border that is not straight is compared. */
const POSITIONS_PER_EDGE = 16;

type WithEdges = Exclude<Shape, { kind: 'many' | 'point' }>;

/** Regions of shapes that are compared with many others. */
const REGIONS = new WeakMap<Shape, Region>();

export function regionOf(shape: WithEdges, space: Space): Region {
  const known = REGIONS.get(shape);
  if (known !== undefined) return known;
  const region = newRegion(shape, space);
  REGIONS.set(shape, region);
  return region;
}

function newRegion(shape: WithEdges, space: Space): Region {
  switch (shape.kind) {
    case 'circle':
      return area([cornersOf(shape, space)], 0);
    case 'polygon':
      return area(shape.rings, shape.reach);
    case 'path': {
      const { positions, reach } = shape;
      const edges = positions.slice(1).map((to, at) => ({ from: positions[at] ?? to, to }));
      const [only] = positions;
      return {
        edges: edges.length === 0 && only !== undefined ? [{ from: only, to: only }] : edges,
        isArea: false,
        reach,
        box: boxAround(positions, reach),
      };
    }
  }
}

export function moved(region: Region, byX: number): Region {
  if (byX === 0) return region;
  const move = ({ x, y }: Position): Position => ({ x: x + byX, y });
  return {
    ...region,
    edges: region.edges.map(({ from, to }) => ({ from: move(from), to: move(to) })),
    box: { ...region.box, minX: region.box.minX + byX, maxX: region.box.maxX + byX },
  };
}

/** Borders belong to regions. */
export function regionCovers(region: Region, at: Position): boolean {
  const { box, isArea, edges, reach } = region;
  if (at.x < box.minX || at.x > box.maxX || at.y < box.minY || at.y > box.maxY) return false;
  if (edges.some((edge) => isOn(edge, at))) return true;
  if (isArea && isInside(edges, at)) return true;
  return reach > 0 && edges.some((edge) => distanceToEdge(edge, at) <= reach);
}

export function regionsMeet(a: Region, b: Region): boolean {
  if (!boxesMeet(a.box, b.box)) return false;
  const [someA, someB] = [a.edges[0]?.from, b.edges[0]?.from];
  if (someA === undefined || someB === undefined) return false;
  if (regionCovers(a, someB) || regionCovers(b, someA)) return true;
  const reach = a.reach + b.reach;
  return a.edges.some((one) =>
    b.edges.some((other) => edgesMeet(one, other) || (reach > 0 && edgeDistance(one, other) <= reach)),
  );
}

/** Whether all of `a` is in `b`. */
export function regionWithin(a: Region, b: Region): boolean {
  if (a.reach > 0 || b.reach > 0) return positionsOf(a).every((at) => regionCovers(b, at));
  if (!a.edges.every((edge) => piecesOf(edge, b.edges).every((at) => regionCovers(b, at)))) return false;
  if (!a.isArea) return true;
  // Its border is in b: then only a hole of b can be in it.
  return (
    b.isArea &&
    !b.edges.some(({ from }) => isInside(a.edges, from) && !a.edges.some((edge) => isOn(edge, from)))
  );
}

/** Positions of the border, corners included, and around them where the shape reaches further. */
export function positionsOf({ edges, reach }: Region): readonly Position[] {
  const along = edges.flatMap(({ from, to }) =>
    Array.from({ length: POSITIONS_PER_EDGE }, (_, at) => between(from, to, at / (POSITIONS_PER_EDGE - 1))),
  );
  if (reach === 0) return along;
  return along.flatMap(({ x, y }) =>
    Array.from({ length: POSITIONS_PER_EDGE }, (_, at) => {
      const angle = (2 * Math.PI * at) / POSITIONS_PER_EDGE;
      return { x: x + reach * Math.cos(angle), y: y + reach * Math.sin(angle) };
    }),
  );
}

function area(rings: readonly (readonly Position[])[], reach: number): Region {
  const edges = rings.flatMap((ring) =>
    ring.map((from, at) => ({ from, to: ring[(at + 1) % ring.length] ?? from })),
  );
  return { edges, isArea: true, reach, box: boxAround(rings.flat(), reach) };
}

function cornersOf(
  circle: { readonly x: number; readonly y: number; readonly radius: number },
  { isGeography }: Space,
): readonly Position[] {
  const angles = Array.from({ length: CIRCLE_CORNERS }, (_, at) => (2 * Math.PI * at) / CIRCLE_CORNERS);
  const { x, y, radius } = circle;
  if (!isGeography) {
    return angles.map((angle) => ({ x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) }));
  }
  const corners = angles.map((angle) => destination(circle, radius, angle));
  const degrees = radius / KM_PER_DEGREE;
  const pole = y + degrees >= 90 ? 90 : y - degrees <= -90 ? -90 : undefined;
  if (pole === undefined) return corners;
  // Around a pole the border goes once around the earth.
  const sorted = [...corners].sort((a, b) => a.x - b.x);
  const [first, last] = [sorted[0]?.y ?? pole, sorted.at(-1)?.y ?? pole];
  return [
    { x: x - 180, y: pole },
    { x: x - 180, y: first },
    ...sorted,
    { x: x + 180, y: last },
    { x: x + 180, y: pole },
  ];
}

/** Middles of the pieces into which the others cut an edge, and its ends. */
function piecesOf(edge: Edge, others: readonly Edge[]): readonly Position[] {
  const cuts = [0, 1];
  for (const other of others) cuts.push(...cutsOf(edge, other));
  cuts.sort((a, b) => a - b);
  const middles = cuts.slice(1).map((cut, at) => between(edge.from, edge.to, (cut + (cuts[at] ?? 0)) / 2));
  return [edge.from, edge.to, ...middles];
}

/** Where `other` crosses or touches the edge: from 0 at its start to 1 at its end. */
function cutsOf({ from, to }: Edge, other: Edge): readonly number[] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const [ex, ey] = [other.to.x - other.from.x, other.to.y - other.from.y];
  const cross = dx * ey - dy * ex;
  const along = ({ x, y }: Position): number => ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy);
  const found =
    cross === 0
      ? [along(other.from), along(other.to)]
      : [((other.from.x - from.x) * ey - (other.from.y - from.y) * ex) / cross];
  return found.filter((cut) => cut > 0 && cut < 1);
}

function between(from: Position, to: Position, part: number): Position {
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Inside by the number of borders between it and far away: holes are outside. */
function isInside(edges: readonly Edge[], { x, y }: Position): boolean {
  let inside = false;
  for (const { from, to } of edges) {
    if (from.y > y === to.y > y) continue;
    if (x < ((to.x - from.x) * (y - from.y)) / (to.y - from.y) + from.x) inside = !inside;
  }
  return inside;
}

/** Twice the area of the triangle: 0 when the three are on one line. */
function turn(a: Position, b: Position, c: Position): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** How far beside an edge, in parts of its length, still counts as on it: what rounding makes of a cut. */
const ON_EDGE = 1e-12;

function isOn({ from, to }: Edge, at: Position): boolean {
  const size = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
  if (Math.abs(turn(from, to, at)) > ON_EDGE * Math.max(size * size, size)) return false;
  return (
    at.x >= Math.min(from.x, to.x) - ON_EDGE &&
    at.x <= Math.max(from.x, to.x) + ON_EDGE &&
    at.y >= Math.min(from.y, to.y) - ON_EDGE &&
    at.y <= Math.max(from.y, to.y) + ON_EDGE
  );
}

function edgesMeet(a: Edge, b: Edge): boolean {
  const crosses =
    turn(a.from, a.to, b.from) > 0 !== turn(a.from, a.to, b.to) > 0 &&
    turn(b.from, b.to, a.from) > 0 !== turn(b.from, b.to, a.to) > 0;
  if (crosses && (a.to.x - a.from.x) * (b.to.y - b.from.y) !== (a.to.y - a.from.y) * (b.to.x - b.from.x)) {
    return true;
  }
  return isOn(a, b.from) || isOn(a, b.to) || isOn(b, a.from) || isOn(b, a.to);
}

function distanceToEdge({ from, to }: Edge, { x, y }: Position): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const part = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - from.x) * dx + (y - from.y) * dy) / length));
  return Math.hypot(x - from.x - part * dx, y - from.y - part * dy);
}

function edgeDistance(a: Edge, b: Edge): number {
  return Math.min(
    distanceToEdge(a, b.from),
    distanceToEdge(a, b.to),
    distanceToEdge(b, a.from),
    distanceToEdge(b, a.to),
  );
}
