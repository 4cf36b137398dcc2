import { hash } from 'node:crypto';
import { metadataText } from '../../documents/document-writer.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { ROWS_AT_ONCE } from '../../scripting/limits.ts';
import type { CompiledScript, ScriptEngine } from '../../scripting/script-engine.ts';
import { ScriptError } from '../../scripting/script-error.ts';
import type { ValueLookup } from '../../scripting/value-lookup.ts';
import { SpatialError } from '../../spatial/spatial-error.ts';
import { VectorError } from '../../vectors/vector-error.ts';
import { WORDS_VERSION } from '../analysis/words-version.ts';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { IndexDefinitionError, IndexingError } from '../indexing-error.ts';
import { LINQ_VERSION } from '../linq/linq-version.ts';
import {
  LinqDefinitionError,
  type TranslatedTexts,
  translateDefinition,
} from '../linq/translate-definition.ts';
import type { GroupReducer, IndexSpec, MapLoader, MappedDocument } from '../local/index-spec.ts';
import { type ReduceOutput, reduceOutputOf } from '../output/reduce-output.ts';
import { referencePattern } from '../output/reference-pattern.ts';
import { type ReducedObject, ReduceFailure, type ReduceOutcome } from '../reduce/reducer.ts';
import { BlockLoads } from './block-loads.ts';
import { isBoost, withoutBoosts } from './boosts.ts';
import { entryRulesOf } from './entry-rules.ts';
import {
  analysisOf,
  defaultAnalyzersOf,
  hasWords,
  isCompared,
  optionsOf,
  spaceOfField,
} from './field-options.ts';
import { loadedCollections, looksUpValues } from './loaded-collections.ts';
import { type MappedRow, mapScript, readRow } from './map-script.ts';
import { DYNAMIC_FIELDS, entryOf, type FieldFacts, ID } from './mapped-object.ts';
import { scriptFields } from './script-fields.ts';
import { isSpatial, spatialName } from './spatial-fields.ts';
import { hasReduce, staticIndexType } from './static-index-type.ts';
import { isVector, vectorFields, vectorName } from './vector-fields.ts';

/**
 * An index that somebody wrote, in JavaScript or C#, ready to run.
 *
 * @throws IndexDefinitionError when its scripts can't be read or define no maps
 */
export function staticIndexSpec(definition: StaticIndexDefinition, scripts: ScriptEngine): IndexSpec {
  const { script, translated, loads, looksUpValues } = compiled(definition, scripts);
  const collections = described(definition, script);
  const reduces = hasReduce(definition);
  const output = requiredOutput(definition);
  const stored = new Map<string, boolean>();
  const isStored = (name: string): boolean => {
    let known = stored.get(name);
    if (known === undefined) {
      known = optionsOf(definition, name).Storage === 'Yes';
      stored.set(name, known);
    }
    return known;
  };
  const spaceOf: FieldFacts['spaceOf'] = (name) => spaceOfField(optionsOf(definition, name));
  const vectorOf = vectorFields(definition);
  const analyzers = defaultAnalyzersOf(definition);
  const rules = entryRulesOf(definition);
  const named = namedFields(definition, translated);
  const nullable = rules.missingIsNull ? named : [];
  const facts: FieldFacts = { isStored, spaceOf, vectorOf, analyzers, nullable };
  const maps: Maps = { collections, script, reduces, facts, looksUpValues, askingForMetadata: new Set() };
  return {
    name: definition.Name,
    revision: hash(
      'sha256',
      JSON.stringify([
        definition.Maps,
        definition.Reduce ?? null,
        definition.Fields,
        definition.AdditionalSources,
        // Nobody followed what was loaded before these were there.
        ...(loads.length === 0 ? [] : [loads]),
        ...(translated.size === 0 ? [] : [LINQ_VERSION]),
        ...(output === undefined ? [] : [output]),
        ...(rules.keepsEmpty ? [rules] : []),
        // They were errors before.
        ...(definition.Maps.some((text) => /\bboost\b/.test(text)) ? ['boosts'] : []),
        ...(hasWords(definition) ? [{ words: WORDS_VERSION, analyzers }] : []),
      ]),
    ),
    type: staticIndexType(definition),
    definition,
    collections: collections.includes('@all_docs') ? null : [...new Set(collections)],
    ...(loads.length === 0 ? {} : { loads }),
    ...(looksUpValues ? { looksUpValues } : {}),
    sources: [...(reduces ? [] : [ID]), ...named],
    fieldsOf: (name, options) => {
      // Ids are ids, whatever holds for all fields.
      if (name === ID) return [{ name, analysis: 'default' }];
      if (isBoost(name)) return [{ name, analysis: 'exact' }];
      const shapes = spatialName(name);
      if (shapes !== undefined) return [{ name: shapes, analysis: 'exact', spatial: spaceOf(shapes) }];
      const vectors = vectorName(name);
      if (vectors !== undefined) return [{ name, analysis: 'exact', vector: vectorOf(vectors).options }];
      const analysis =
        options === undefined ? analysisOf(optionsOf(definition, name), analyzers) : options.analysis;
      return analysis === undefined || analysis === null ? [] : [{ name, analysis }];
    },
    isCompared: (name) => isCompared(optionsOf(definition, name)),
    canSuggest: (name) => optionsOf(definition, name).Suggestions === true,
    map: (documents, load, values) => mapAll(documents, { load, values }, maps),
    ...(reduces ? { reduce: scriptReducer(script, facts) } : {}),
    ...(output === undefined ? {} : { output }),
  };
}

/** What it writes of its groups, with a pattern that can be read. */
function requiredOutput(definition: StaticIndexDefinition): ReduceOutput | undefined {
  const output = reduceOutputOf(definition);
  if (output?.references) referencePattern(output.references.pattern);
  return output;
}

/** Fields that the texts name: they can be asked for even where no document has them. */
function namedFields(definition: StaticIndexDefinition, translated: TranslatedTexts): readonly string[] {
  const texts = hasReduce(definition) ? [definition.Reduce] : definition.Maps;
  const names = texts.flatMap((text) => {
    const linq = translated.get(text);
    return linq === undefined ? scriptFields(text) : (linq.fields ?? []);
  });
  return [...new Set(names)].filter((name) => name !== DYNAMIC_FIELDS);
}

function compiled(
  definition: StaticIndexDefinition,
  scripts: ScriptEngine,
): {
  readonly script: CompiledScript;
  readonly translated: TranslatedTexts;
  readonly loads: readonly string[];
  readonly looksUpValues: boolean;
} {
  try {
    const translated = translateDefinition(definition);
    const loads = loadedCollections(definition, translated);
    return {
      script: scripts.compile(mapScript(definition, translated)),
      translated,
      loads,
      looksUpValues: looksUpValues(definition, translated),
    };
  } catch (error) {
    if (!(error instanceof ScriptError || error instanceof LinqDefinitionError)) throw error;
    throw new IndexDefinitionError(`Failed to compile index '${definition.Name}': ${error.message}`);
  }
}

function described(definition: StaticIndexDefinition, script: CompiledScript): readonly string[] {
  const collections = JSON.parse(script.call('{}', () => null)) as string[];
  if (collections.length > 0) return collections;
  throw new IndexDefinitionError(
    `JavaScript index '${definition.Name}' doesn't contain any map functions: write map('Users', u => …)`,
  );
}

interface Maps {
  readonly collections: readonly string[];
  readonly script: CompiledScript;
  readonly reduces: boolean;
  readonly facts: FieldFacts;
  readonly looksUpValues: boolean;
  /** Maps that have asked for the metadata of a document, by their number: most never do, and it need not be made for them. */
  readonly askingForMetadata: Set<number>;
}

/** What maps read besides their documents. */
interface MapReads {
  readonly load: MapLoader;
  readonly values: ValueLookup;
}

function mapAll(
  documents: readonly StoredDocument[],
  reads: MapReads,
  maps: Maps,
): readonly MappedDocument[] {
  const { collections } = maps;
  const results = new Array<MappedDocument | undefined>(documents.length).fill(undefined);
  collections.forEach((collection, map) => {
    const own = [...documents.keys()].filter(
      (at) => collection === '@all_docs' || isIn(documents[at], collection),
    );
    for (let from = 0; from < own.length; from += ROWS_AT_ONCE) {
      const block = own.slice(from, from + ROWS_AT_ONCE);
      const rows = block.flatMap((at) => documents[at] ?? []);
      mapBlock(rows, map, reads, maps).forEach((result, n) => {
        const at = block[n] ?? 0;
        const before = results[at];
        results[at] = before === undefined ? result : merged(before, result);
      });
    }
  });
  return results.map((result) => result ?? (maps.reduces ? { values: [] } : { entries: [] }));
}

function isIn(document: StoredDocument | undefined, collection: string): boolean {
  return document?.collection.toLowerCase() === collection.toLowerCase();
}

function merged(before: MappedDocument, result: MappedDocument): MappedDocument {
  const references = [...(before.references ?? []), ...(result.references ?? [])];
  const valueKeys = [...(before.valueKeys ?? []), ...(result.valueKeys ?? [])];
  const given = [...(before.given ?? []), ...(result.given ?? [])];
  return {
    ...mergedOutput(before, result),
    given,
    ...(references.length === 0 ? {} : { references: [...new Set(references)] }),
    ...(valueKeys.length === 0 ? {} : { valueKeys: [...new Set(valueKeys)] }),
  };
}

/** A document fails when one of the maps of its collection does. */
function mergedOutput(before: MappedDocument, result: MappedDocument): MappedDocument {
  if ('error' in result) return result;
  if ('error' in before) return before;
  if ('values' in result) return { values: [...('values' in before ? before.values : []), ...result.values] };
  return { entries: [...('entries' in before ? before.entries : []), ...result.entries] };
}

/** A block that takes too long is mapped one by one: the others are not to suffer for it. */
function mapBlock(
  documents: readonly StoredDocument[],
  map: number,
  reads: MapReads,
  maps: Maps,
): readonly MappedDocument[] {
  const loads = new BlockLoads(documents, reads.load, reads.values);
  const withMetadata = maps.askingForMetadata.has(map);
  try {
    const text = maps.script.call(
      `{"map":${map},"rows":[${documents.map((document) => rowText(document, withMetadata)).join(',')}]}`,
      loads.load,
      maps.looksUpValues ? loads.values : undefined,
    );
    if (text === 'null') {
      maps.askingForMetadata.add(map);
      return mapBlock(documents, map, reads, maps);
    }
    const lines = text.split('\n');
    return documents.map(({ id }, at) =>
      loads.withReferences(at, mappedRow(readRow(lines[at] ?? ''), id, maps)),
    );
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    if (documents.length === 1) return [loads.withReferences(0, { error: error.message })];
    return documents.flatMap((document) => mapBlock([document], map, reads, maps));
  }
}

/** The bodies of documents are JSON already. */
function rowText(document: StoredDocument, withMetadata: boolean): string {
  const metadata = withMetadata ? `,${JSON.stringify(metadataText(document))}` : '';
  return `[${document.body.toString('utf8')},${JSON.stringify(document.id)}${metadata}]`;
}

function mappedRow(row: MappedRow, id: string, { reduces, facts }: Maps): MappedDocument {
  if ('error' in row) return row;
  const { entries } = row;
  const objects = JSON.parse(entries) as Readonly<Record<string, unknown>>[];
  const given = [entries];
  if (reduces) return { values: entries.includes('"$boost"') ? objects.map(withoutBoosts) : objects, given };
  try {
    return { entries: objects.map((object) => entryOf(object, id, facts)), given };
  } catch (failure) {
    // The options of a field that it creates make no sense, or a shape or a vector is none.
    const kinds = [IndexingError, SpatialError, VectorError];
    if (kinds.some((kind) => failure instanceof kind)) return { error: (failure as Error).message };
    throw failure;
  }
}

/** Shapes and vectors are there to be found by; in an index that shows its results they are no values. */
function withoutShapes(result: ReducedObject): ReducedObject {
  return Object.fromEntries(
    Object.entries(withoutBoosts(result)).filter(([, value]) => !isSpatial(value) && !isVector(value)),
  );
}

interface GroupResult {
  readonly entries?: string;
  readonly error?: string;
}

/** A script that fails for one group must not fail for the others: then each is reduced on its own. */
function scriptReducer(script: CompiledScript, facts: FieldFacts): GroupReducer {
  const none = (): null => null;
  const reduceAll = (groups: readonly (readonly ReducedObject[])[]): readonly ReduceOutcome[] => {
    try {
      const rows = JSON.parse(script.call(JSON.stringify({ groups }), none)) as readonly GroupResult[];
      return rows.map(({ entries, error }) =>
        entries === undefined
          ? new ReduceFailure(error ?? 'The reduce failed.')
          : (JSON.parse(entries) as ReducedObject | null),
      );
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      if (groups.length <= 1) return groups.map(() => new ReduceFailure(error.message));
      return groups.flatMap((group) => reduceAll([group]));
    }
  };
  return {
    keysOf: (values) =>
      values.length === 0 ? [] : (JSON.parse(script.call(JSON.stringify({ values }), none)) as string[]),
    reduce: reduceAll,
    shown: withoutShapes,
    // The whole result is kept anyhow.
    entryOf: (result) => entryOf(result, null, { ...facts, isStored: () => false }),
  };
}
