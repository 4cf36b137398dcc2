import { type Space, spaceOf } from '../../spatial/space.ts';
import { DEFAULT_SPATIAL_OPTIONS } from '../../spatial/spatial-options.ts';
import type { IndexFieldOptions, StaticIndexDefinition } from '../definitions/index-definition.ts';
import type { Analysis } from '../definitions/index-field.ts';

const ALL_FIELDS = '__all_fields';

/** Analyzers of fields that name none themselves, by how they are indexed. */
export interface DefaultAnalyzers {
  readonly plain?: string;
  readonly exact?: string;
  readonly search?: string;
}

const ANALYZER_KEYS: Readonly<Record<string, keyof DefaultAnalyzers>> = {
  'indexing.analyzers.default': 'plain',
  'indexing.analyzers.exact.default': 'exact',
  'indexing.analyzers.search.default': 'search',
};

/** The options of a field: its own, and where it has none those of all fields. */
export function optionsOf({ Fields }: StaticIndexDefinition, name: string): IndexFieldOptions {
  return { ...withoutNulls(Fields[ALL_FIELDS]), ...withoutNulls(Fields[name]) };
}

/** What an index says of analyzers in its configuration. */
export function defaultAnalyzersOf({
  Configuration,
}: Pick<StaticIndexDefinition, 'Configuration'>): DefaultAnalyzers {
  return Object.fromEntries(
    Object.entries(Configuration).flatMap(([key, analyzer]) => {
      const kind = ANALYZER_KEYS[key.toLowerCase()];
      return kind === undefined ? [] : [[kind, analyzer]];
    }),
  );
}

/** How the text of the field becomes terms; undefined: it is not indexed. An exact field has no analyzer of its own. */
export function analysisOf(
  { Indexing, Analyzer }: IndexFieldOptions,
  { plain, exact, search }: DefaultAnalyzers,
): Analysis | undefined {
  switch (Indexing) {
    case 'No':
      return undefined;
    case 'Exact':
      return exact === undefined ? 'exact' : { analyzer: exact };
    case 'Search':
    case 'Highlighting':
      return { analyzer: Analyzer ?? search ?? 'RavenStandardAnalyzer' };
    default: {
      const analyzer = Analyzer ?? plain;
      return analyzer === undefined ? 'default' : { analyzer };
    }
  }
}

/** Whether values of it may be taken apart by analyzers. */
export function hasWords(definition: StaticIndexDefinition): boolean {
  const analyzers = defaultAnalyzersOf(definition);
  return (
    Object.keys(analyzers).length > 0 ||
    Object.keys(definition.Fields).some(
      (name) => typeof analysisOf(optionsOf(definition, name), analyzers) === 'object',
    ) ||
    [...definition.Maps, definition.Reduce ?? ''].some((text) => /createField/i.test(text))
  );
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
