import { type Space, spaceOf } from '../../spatial/space.ts';
import { DEFAULT_SPATIAL_OPTIONS } from '../../spatial/spatial-options.ts';
import type { IndexFieldOptions, StaticIndexDefinition } from '../definitions/index-definition.ts';
import type { Analysis } from '../definitions/index-field.ts';

const ALL_FIELDS = '__all_fields';
const SEARCH_ANALYZER = 'indexing.analyzers.search.default';

/** The options of a field: its own, where it has none those of all fields, and then the analyzer of its index. */
export function optionsOf({ Fields, Configuration }: StaticIndexDefinition, name: string): IndexFieldOptions {
  const options = { ...withoutNulls(Fields[ALL_FIELDS]), ...withoutNulls(Fields[name]) };
  const isSearched = options.Indexing === 'Search' || options.Indexing === 'Highlighting';
  if (!isSearched || options.Analyzer !== undefined) return options;
  const Analyzer = searchAnalyzerOf(Configuration);
  return Analyzer === undefined ? options : { ...options, Analyzer };
}

/** What an index says in its configuration of the analyzer of fields that are searched and name none. */
export function searchAnalyzerOf(configuration: StaticIndexDefinition['Configuration']): string | undefined {
  return Object.entries(configuration).find(([key]) => key.toLowerCase() === SEARCH_ANALYZER)?.[1];
}

/** How the text of the field becomes terms; undefined: it is not indexed. */
export function analysisOf({ Indexing, Analyzer }: IndexFieldOptions): Analysis | undefined {
  switch (Indexing) {
    case 'No':
      return undefined;
    case 'Exact':
      return 'exact';
    case 'Search':
    case 'Highlighting':
      return { analyzer: Analyzer ?? 'RavenStandardAnalyzer' };
    default:
      return Analyzer === undefined || Analyzer === null ? 'default' : { analyzer: Analyzer };
  }
}

/** Where the shapes of the field are. */
export function spaceOfField({ Spatial }: IndexFieldOptions): Space {
  return spaceOf({ ...DEFAULT_SPATIAL_OPTIONS, ...Spatial });
}

/** Term vectors are what documents are compared by; a stored field will do as well. */
export function isCompared({ TermVector, Storage }: IndexFieldOptions): boolean {
  return Storage === 'Yes' || (TermVector ?? 'No') !== 'No';
}

function withoutNulls(options: IndexFieldOptions | undefined): IndexFieldOptions {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== null && value !== undefined),
  );
}
