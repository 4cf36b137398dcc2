export const SPATIAL_TYPES = ['Geography', 'Cartesian'] as const;
export const SPATIAL_STRATEGIES = ['GeohashPrefixTree', 'QuadPrefixTree', 'BoundingBox'] as const;
export const SPATIAL_UNITS = ['Kilometers', 'Miles'] as const;

export type SpatialUnits = (typeof SPATIAL_UNITS)[number];

/** Options of a spatial field, as index definitions have them. The bounds are of Cartesian fields. */
export interface SpatialOptions {
  readonly Type: (typeof SPATIAL_TYPES)[number];
  readonly Strategy: (typeof SPATIAL_STRATEGIES)[number];
  readonly MaxTreeLevel: number;
  readonly MinX: number;
  readonly MaxX: number;
  readonly MinY: number;
  readonly MaxY: number;
  /** Of the radius of circles that do not say theirs. */
  readonly Units: SpatialUnits;
}

export const DEFAULT_SPATIAL_OPTIONS: SpatialOptions = {
  Type: 'Geography',
  Strategy: 'GeohashPrefixTree',
  MaxTreeLevel: 9,
  MinX: -180,
  MaxX: 180,
  MinY: -90,
  MaxY: 90,
  Units: 'Kilometers',
};
