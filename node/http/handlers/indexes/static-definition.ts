import { ANALYZER_NAMES, findAnalyzer } from '../../../indexing/analysis/analyzers.ts';
import type {
  IndexFieldOptions,
  StaticIndexDefinition,
} from '../../../indexing/definitions/index-definition.ts';
import {
  LinqDefinitionError,
  type TranslatedTexts,
  translateDefinition,
} from '../../../indexing/linq/translate-definition.ts';
import { defaultAnalyzersOf } from '../../../indexing/static/field-options.ts';
import {
  DEFAULT_SPATIAL_OPTIONS,
  SPATIAL_STRATEGIES,
  SPATIAL_TYPES,
  SPATIAL_UNITS,
  type SpatialOptions,
} from '../../../spatial/spatial-options.ts';
import { argumentError, formatError, notImplemented, ProtocolError } from '../../errors/protocol-error.ts';
import { isJsonObject, type JsonObject, member, textMember } from '../../parameters/json-body.ts';
import { configurationOf } from './index-configuration.ts';

const LOCK_MODES = ['Unlock', 'LockedIgnore', 'LockedError'] as const;
const PRIORITIES = ['Low', 'Normal', 'High'] as const;
const STATES = ['Normal', 'Disabled', 'Idle', 'Error'] as const;
const DEPLOYMENT_MODES = ['Parallel', 'Rolling'] as const;
const OUTPUT_MEMBERS = [
  'OutputReduceToCollection',
  'PatternForOutputReduceToCollectionReferences',
  'PatternReferencesCollectionName',
];
const INDEXINGS = ['No', 'Search', 'Exact', 'Highlighting', 'Default'] as const;

/** A definition as a client sends it, checked and filled in. Members that nobody reads are kept. */
export function staticDefinition(raw: unknown): StaticIndexDefinition {
  if (!isJsonObject(raw)) throw formatError("Each of the 'Indexes' must be an object.");
  const name = textMember(raw, 'Name');
  if (name === undefined || name === '') {
    throw new ProtocolError(500, 'System.NullReferenceException', "An index must have a 'Name'.");
  }
  if (!/^[\w\-./]+$/.test(name) || name.includes('//') || /^auto\//i.test(name)) {
    throw argumentError(
      `The index name '${name}' is not permitted: it may have letters, digits, / _ - and ., must not begin with Auto/, nor have two slashes in a row.`,
    );
  }
  const maps = member(raw, 'Maps');
  if (!Array.isArray(maps) || maps.length === 0 || maps.some((map) => typeof map !== 'string')) {
    throw argumentError(`The index '${name}' must have 'Maps', one or more texts.`);
  }
  const reduce = textMember(raw, 'Reduce');
  refuseUnserved(raw, name, maps as string[]);
  const definition: StaticIndexDefinition = {
    ...raw,
    Name: name,
    Maps: maps as string[],
    Reduce: reduce === undefined || reduce.trim() === '' ? null : reduce,
    Fields: fieldsOf(raw, name),
    AdditionalSources: textsOf(raw, 'AdditionalSources'),
    Configuration: configurationOf(raw),
    LockMode: oneOf(raw, 'LockMode', LOCK_MODES, 'Unlock'),
    Priority: oneOf(raw, 'Priority', PRIORITIES, 'Normal'),
    State: oneOf(raw, 'State', STATES, 'Normal'),
    ...(textMember(raw, 'DeploymentMode') === undefined
      ? {}
      : { DeploymentMode: oneOf(raw, 'DeploymentMode', DEPLOYMENT_MODES, 'Parallel') }),
  };
  for (const analyzer of Object.values(defaultAnalyzersOf(definition))) {
    requireAnalyzer(analyzer, name, '@default');
  }
  // C# is translated here already, so that the answer tells which of the texts can't be.
  readableTexts(definition);
  return definition;
}

/** The texts of a definition that are C#, as JavaScript; the protocol's error when one can't be read. */
export function readableTexts(definition: StaticIndexDefinition): TranslatedTexts {
  try {
    return translateDefinition(definition);
  } catch (error) {
    if (!(error instanceof LinqDefinitionError)) throw error;
    const { property, text } = error;
    throw compilationError(
      definition.Name,
      `${error.message} IndexDefinitionProperty='${property}', ProblematicText='${text}'`,
    );
  }
}

function refuseUnserved(raw: JsonObject, name: string, maps: readonly string[]): void {
  const series = maps.find((map) => /^\s*(timeSeries|counters)\b/i.test(map));
  if (series !== undefined) throw notImplemented(`The map of index '${name}' over time series or counters`);
  for (const name of OUTPUT_MEMBERS) textMember(raw, name);
  requirePairs(member(raw, 'CompoundFields') ?? []);
}

/** Pairs of fields to filter by one and order by the other: they change nothing of the answers, and need nothing here. */
function requirePairs(compound: unknown): void {
  const isPair = (one: unknown): boolean =>
    Array.isArray(one) && one.length === 2 && one.every((field) => typeof field === 'string');
  if (Array.isArray(compound) && compound.every(isPair)) return;
  throw argumentError(
    `'CompoundFields' must be a list of pairs of field names, but it is ${JSON.stringify(compound)}.`,
  );
}

function fieldsOf(raw: JsonObject, name: string): Readonly<Record<string, IndexFieldOptions>> {
  const fields = member(raw, 'Fields') ?? {};
  if (!isJsonObject(fields)) throw formatError("'Fields' must be an object.");
  for (const [field, options] of Object.entries(fields)) {
    if (!isJsonObject(options)) throw formatError(`The options of field '${field}' must be an object.`);
    oneOf(options, 'Indexing', INDEXINGS, 'Default');
    requireAnalyzer(textMember(options, 'Analyzer'), name, field);
  }
  return Object.fromEntries(
    Object.entries(fields).map(([field, options]) => [field, withSpatial(options as JsonObject, field)]),
  );
}

function requireAnalyzer(analyzer: string | undefined, name: string, field: string): void {
  if (analyzer === undefined || findAnalyzer(analyzer) !== undefined) return;
  throw compilationError(
    name,
    `Cannot find analyzer type '${analyzer}' for field: ${field}. This server has ${ANALYZER_NAMES.join(', ')}, and runs no others.`,
  );
}

/** Its spatial options checked, and whole. */
function withSpatial(options: JsonObject, field: string): IndexFieldOptions {
  const raw = member(options, 'Spatial');
  if (raw === undefined || raw === null) return options;
  if (!isJsonObject(raw)) throw formatError(`'Spatial' of field '${field}' must be an object.`);
  const { Type, Strategy, MaxTreeLevel, MinX, MaxX, MinY, MaxY, Units } = DEFAULT_SPATIAL_OPTIONS;
  const number = (name: string, otherwise: number): number => {
    const value = member(raw, name) ?? otherwise;
    if (typeof value === 'number') return value;
    throw formatError(`'${name}' of field '${field}' must be a number, but it is ${JSON.stringify(value)}.`);
  };
  const Spatial: SpatialOptions = {
    Type: oneOf(raw, 'Type', SPATIAL_TYPES, Type),
    MaxTreeLevel: number('MaxTreeLevel', MaxTreeLevel),
    MaxX: number('MaxX', MaxX),
    MaxY: number('MaxY', MaxY),
    MinX: number('MinX', MinX),
    MinY: number('MinY', MinY),
    Strategy: oneOf(raw, 'Strategy', SPATIAL_STRATEGIES, Strategy),
    Units: oneOf(raw, 'Units', SPATIAL_UNITS, Units),
  };
  return { ...options, Spatial };
}

/** `why`: what is wrong with it, with or without the words that it can't be compiled. */
export function compilationError(name: string, why: string): ProtocolError {
  const refusal = `Failed to compile index '${name}': `;
  return new ProtocolError(
    500,
    'Raven.Client.Exceptions.Documents.Compilation.IndexCompilationException',
    why.startsWith(refusal) ? why : `${refusal}${why}`,
  );
}

function textsOf(raw: JsonObject, name: string): Readonly<Record<string, string>> {
  const texts = member(raw, name) ?? {};
  if (!isJsonObject(texts) || Object.values(texts).some((text) => typeof text !== 'string')) {
    throw formatError(`'${name}' must be an object of texts.`);
  }
  return texts as Readonly<Record<string, string>>;
}

export function oneOf<Name extends string>(
  raw: JsonObject,
  name: string,
  names: readonly Name[],
  otherwise: Name,
): Name {
  const text = textMember(raw, name);
  if (text === undefined) return otherwise;
  const found = names.find((one) => one.toLowerCase() === text.toLowerCase());
  if (found === undefined) {
    throw formatError(`'${name}' must be one of ${names.join(', ')}, but it is '${text}'.`);
  }
  return found;
}
