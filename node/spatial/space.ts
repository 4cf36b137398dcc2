import type { Position } from './shape.ts';
import type { SpatialOptions, SpatialUnits } from './spatial-options.ts';

/** Mean radius of the earth in kilometres, as RavenDB has it. */
const EARTH_RADIUS_KM = 6371.0087714;
const KM_PER_MILE = 1.609344;
const RADIANS = Math.PI / 180;
export const KM_PER_DEGREE = EARTH_RADIUS_KM * RADIANS;

/** Sides of a rectangle; in geography `maxX` goes beyond 180 where it crosses the date line. */
export interface Box {
  readonly minX: number;
  readonly maxX: number;
  readonly minY: number;
  readonly maxY: number;
}

export function boxesMeet(a: Box, b: Box): boolean {
  return a.minX <= b.maxX && b.minX <= a.maxX && a.minY <= b.maxY && b.minY <= a.maxY;
}

/** Where shapes are: on the earth, x being longitude and y latitude in degrees, or in a plane. */
export interface Space {
  readonly isGeography: boolean;
  readonly units: SpatialUnits;
  /** What cells divide. In a plane, positions outside of it belong to the cells at its border. */
  readonly world: Box;
}

const EARTH: Box = { minX: -180, maxX: 180, minY: -90, maxY: 90 };

export function spaceOf({ Type, Units, MinX, MaxX, MinY, MaxY }: SpatialOptions): Space {
  if (Type === 'Geography') return { isGeography: true, units: Units, world: EARTH };
  const hasBounds = MaxX > MinX && MaxY > MinY;
  const world = hasBounds ? { minX: MinX, maxX: MaxX, minY: MinY, maxY: MaxY } : EARTH;
  return { isGeography: false, units: Units, world };
}

/** A radius in kilometres; in a plane it has no unit. */
export function radiusIn(radius: number, units: SpatialUnits, { isGeography }: Space): number {
  return isGeography && units === 'Miles' ? radius * KM_PER_MILE : radius;
}

/** Kilometres on the earth's surface (haversine), or the length of the line in a plane. */
export function distance(a: Position, b: Position, { isGeography }: Space): number {
  if (!isGeography) return Math.hypot(a.x - b.x, a.y - b.y);
  const sinY = Math.sin(((b.y - a.y) * RADIANS) / 2);
  const sinX = Math.sin(((b.x - a.x) * RADIANS) / 2);
  const h = sinY * sinY + Math.cos(a.y * RADIANS) * Math.cos(b.y * RADIANS) * sinX * sinX;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** A box around a circle: whole degrees of longitude where a pole is in it. */
export function boxOfCircle(x: number, y: number, radius: number, { isGeography, world }: Space): Box {
  if (!isGeography) return { minX: x - radius, maxX: x + radius, minY: y - radius, maxY: y + radius };
  const angle = radius / EARTH_RADIUS_KM;
  const degrees = angle / RADIANS;
  const [minY, maxY] = [y - degrees, y + degrees];
  if (minY <= -90 || maxY >= 90) {
    return { ...world, minY: Math.max(-90, minY), maxY: Math.min(90, maxY) };
  }
  // A little more than it is, so that rounding leaves nothing out.
  const reach =
    (Math.asin(Math.min(1, Math.sin(angle) / Math.cos(y * RADIANS))) / RADIANS) * (1 + 1e-9) + 1e-9;
  return { minX: x - reach, maxX: x + reach, minY: minY - 1e-9, maxY: maxY + 1e-9 };
}

/** The position that is so far (in kilometres) away in a direction (in radians, 0 being north); x is not wrapped. */
export function destination({ x, y }: Position, radius: number, bearing: number): Position {
  const angle = radius / EARTH_RADIUS_KM;
  const fromY = y * RADIANS;
  const sinY = Math.sin(fromY) * Math.cos(angle) + Math.cos(fromY) * Math.sin(angle) * Math.cos(bearing);
  const toX = Math.atan2(
    Math.sin(bearing) * Math.sin(angle) * Math.cos(fromY),
    Math.cos(angle) - Math.sin(fromY) * sinY,
  );
  return { x: x + toX / RADIANS, y: Math.asin(Math.max(-1, Math.min(1, sinY))) / RADIANS };
}

/** How far one copy of the earth is from the next on the x axis: shapes across the date line are on two. */
export function turnsOf({ isGeography }: Space): readonly number[] {
  return isGeography ? [0, -360, 360] : [0];
}
