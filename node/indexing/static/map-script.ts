import { nullSafe } from '../../scripting/null-safe.ts';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { LINQ_RUNTIME } from '../linq/runtime/linq-runtime.ts';
import { type TranslatedTexts, translateDefinition } from '../linq/translate-definition.ts';
import { entryRulesOf } from './entry-rules.ts';
import { hasReduce } from './static-index-type.ts';

/** What the maps of an index are written with. */
const MAP_FUNCTIONS = `
const __maps = [];
function map(collection, map) {
  if (typeof collection !== 'string') {
    throw new Error("The collection of map #" + __maps.length + " isn't a string: write map('Users', u => …)");
  }
  if (typeof map !== 'function') throw new Error('map(' + collection + ', …) expects a function');
  __maps.push({ collection, map });
}
const __reduce = { keyOf: undefined, aggregate: undefined };
function groupBy(keyOf) {
  __reduce.keyOf = keyOf;
  return {
    aggregate(aggregate) {
      __reduce.aggregate = aggregate;
    },
  };
}
function createField(name, value, options) {
  return { $name: name, $value: value, $options: options ?? null };
}
function boost(value, factor) {
  if (typeof factor !== 'number' || !Number.isFinite(factor)) {
    throw new Error('boost(value, factor) takes a number as its factor, but got ' + __json(factor));
  }
  return { $value: value, $boost: factor };
}
function createSpatialField(...values) {
  const isPoint = values.length > 1;
  const shape = isPoint ? values.slice(0, 2) : values[0];
  const isMissing = isPoint ? shape.some((one) => one === null || one === undefined) : shape === null || shape === undefined;
  return { $spatial: isMissing ? null : shape };
}
function createVector(value) {
  return { $vector: value ?? null };
}
let __row = -1;
function cmpxchg(key) {
  if (__row < 0) throw new Error('Compare-exchange values can be looked up in a map only.');
  if (Array.isArray(key)) return key.map(cmpxchg);
  if (key === null || key === undefined || key === '') return null;
  if (typeof key !== 'string') {
    throw new Error('cmpxchg(key) takes the key of a compare-exchange value, or a list of them, but got ' + __json(key));
  }
  const text = __compareExchange(key, __row);
  return text === null ? null : JSON.parse(text);
}
const noTracking = { load: globalThis.load };
{
  const loaded = (id, collection, row) => {
    if (Array.isArray(id)) return id.map((one) => loaded(one, collection, row));
    if (id === null || id === undefined || id === '') return null;
    if (typeof id !== 'string') {
      throw new Error('load(id, collection) takes the id of a document, or a list of them, but got ' + __json(id));
    }
    const found = __load(id, collection, row);
    return found === undefined ? null : __document(JSON.parse(found));
  };
  globalThis.load = (id, collection) => {
    if (__row < 0) throw new Error('Documents can be loaded in a map only.');
    if (typeof collection !== 'string' || collection === '') {
      throw new Error("load(id, collection) takes the name of a collection: load(order.company, 'Companies')");
    }
    return loaded(id, collection, __row);
  };
}
`;

/**
 * Describes the maps, or maps rows: each to a line, `+` and the JSON of its entries, or `-` and that of why it could not be
 * mapped. A row is a document, its id, and the text of its metadata; rows without that give null where a map asks for it.
 */
const RUN = `
function __entries(result) {
  if (result === null || result === undefined) return [];
  if (Array.isArray(result)) return result.flatMap(__entries);
  if (typeof result.$boost === 'number') return __entries(result.$value).map((entry) => boost(entry, result.$boost));
  return typeof result === 'object' ? [result] : [];
}
/** JSON writes it as __text means it; what is deep is not looked at. */
function __isPlain(value, depth) {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0 || 'toJSON' in value) return false;
  if (Array.isArray(value)) return value.every((one) => __isPlain(one, depth - 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const name in value) if (!__isPlain(value[name], depth - 1)) return false;
  return true;
}
function __text(value) {
  if (__isPlain(value, 16)) return JSON.stringify(value);
  return JSON.stringify(value, (key, one) => {
    if (typeof one === 'number' && !Number.isFinite(one)) return String(one);
    return typeof one === 'function' ? undefined : one;
  });
}
function __key(value) {
  const key = __reduce.keyOf(value);
  return __json(key === undefined ? null : key);
}
function __aggregate(values) {
  if (values.length === 0) return null;
  return __reduce.aggregate({ key: __reduce.keyOf(values[0]), values });
}
function __run({ map, rows, values, groups }) {
  if (values !== undefined) return values.map(__key);
  if (groups !== undefined) {
    return groups.map((group) => {
      try {
        return { entries: __text(__aggregate(group) ?? null) };
      } catch (error) {
        return { error: String(error?.message ?? error) };
      }
    });
  }
  if (rows === undefined) return __maps.map(({ collection }) => collection);
  __lacksMetadata = false;
  const results = rows.map(([document, id, metadata], at) => {
    __row = at;
    try {
      return '+' + __text(__entries(__maps[map].map(__known(document, metadata, id))));
    } catch (error) {
      return '-' + JSON.stringify(String(error?.message ?? error));
    } finally {
      __row = -1;
    }
  });
  return __lacksMetadata ? null : { $lines: results };
}
`;

/**
 * @throws ScriptError when a text can't be read
 * @throws LinqDefinitionError when a C# text can't
 */
export function mapScript(
  definition: StaticIndexDefinition,
  translated: TranslatedTexts = translateDefinition(definition),
): string {
  const { keepsEmpty } = entryRulesOf(definition);
  const runtime = translated.size > 0 ? [`globalThis.__keepsEmpty = ${keepsEmpty};`, LINQ_RUNTIME] : [];
  return [MAP_FUNCTIONS, ...runtime, ownScript(definition, translated), RUN].join('\n');
}

/** The part of the script that is made of the definition's texts: additional sources, maps, and the reduce. */
export function ownScript(definition: StaticIndexDefinition, translated: TranslatedTexts): string {
  const { Maps, AdditionalSources } = definition;
  const reduce = hasReduce(definition) ? [definition.Reduce] : [];
  const texts = [...Maps, ...reduce].map((text) => translated.get(text)?.script ?? safe(text));
  return [...Object.values(AdditionalSources).map(safe), ...texts].join('\n');
}

function safe(text: string): string {
  return nullSafe(text, { missingIsEmpty: true });
}

/** What a row was mapped to: the JSON of its entries, or why it could not be mapped. */
export type MappedRow = { readonly entries: string } | { readonly error: string };

/** A line of what the script gives for rows. */
export function readRow(line: string): MappedRow {
  if (line.startsWith('+')) return { entries: line.slice(1) };
  return { error: line.startsWith('-') ? (JSON.parse(line.slice(1)) as string) : 'The map failed.' };
}
