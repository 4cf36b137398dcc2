import { hash } from 'node:crypto';
import type { AutoSpatialOptions, AutoVectorOptions } from '../definitions/index-definition.ts';

/** Characters of a name; what is longer is cut, and a hash of the whole tells it from others. */
const NAME_CHARACTERS_MAX = 256;

/** How a spatial field of an auto index is made: `spatial.point(lat, lng)`, `spatial.wkt(shape)`. */
export type AutoSpatial = Pick<AutoSpatialOptions, 'MethodType' | 'MethodArguments'>;

/** How a vector field of an auto index is made: of which field, and what of it is kept. */
export type AutoVector = Pick<
  AutoVectorOptions,
  'SourceFieldName' | 'SourceEmbeddingType' | 'DestinationEmbeddingType'
>;

/** A field of an auto index and what it can do. */
export interface AutoField {
  /** With its quotes, if it was quoted. */
  readonly name: string;
  readonly search: boolean;
  readonly exact: boolean;
  readonly highlight: boolean;
  readonly suggest: boolean;
  readonly spatial?: AutoSpatial;
  readonly vector?: AutoVector;
}

/** `Auto/Users/ByAgeAndExact(Name)`, as RavenDB names it. */
export function autoIndexName(collection: string, fields: readonly AutoField[]): string {
  const shown = collection === '@all_docs' ? 'AllDocs' : collection;
  const parts = fields.map(display).sort();
  const name = `Auto/${shown}/By${parts.length === 0 ? 'Id()' : parts.join('And')}`;
  return cutName(name);
}

/** A name of bearable length. */
export function cutName(name: string): string {
  if (name.length <= NAME_CHARACTERS_MAX) return name;
  const digest = BigInt(`0x${hash('sha256', name).slice(0, 16)}`);
  return `${name.slice(0, NAME_CHARACTERS_MAX)}...${digest}`;
}

function display({ name, search, exact, highlight, suggest, spatial, vector }: AutoField): string {
  if (spatial !== undefined) {
    return `Spatial.${spatial.MethodType.toLowerCase()}(${spatial.MethodArguments.join('|')})`;
  }
  if (vector !== undefined) return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  const abilities = [
    ...(search ? [`Search(${name})`] : []),
    ...(highlight ? [`Highlight(${name})`] : []),
    ...(exact ? [`Exact(${name})`] : []),
    ...(suggest ? [`Suggest(${name})`] : []),
  ];
  return abilities.length === 0 ? name : abilities.join('And');
}
