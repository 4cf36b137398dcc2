import { metadataText } from '../../documents/document-writer.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import type { FieldValues } from '../../indexing/values/index-value.ts';
import { jsonValues } from '../../indexing/values/json-values.ts';
import type { LoadItem } from '../rql/syntax-tree.ts';
import { namedValues } from './document-filter.ts';
import type { LoadedValue, Row } from './row.ts';

/** Reads what a filter compares, by the names of its fields: of the document of a row, and of what it loads. */
export function filterValues(
  names: readonly string[],
  load: readonly LoadItem[],
): (row: Row) => Map<string, FieldValues> {
  const own = ownValues(names.filter((name) => !load.some((item) => isOf(item.alias, name))));
  const others = load.map(({ alias }) => ({ alias, read: loadedValues(alias, names) }));
  return (row) => {
    const values = own(row.document);
    for (const { alias, read } of others) read(row.loaded.get(alias), values);
    return values;
  };
}

/** `Lines[1].Price` is `Lines.1.Price` here. */
const ELEMENT = /\.\d+(?:\.|$)/;
const METADATA = /^'?@metadata'?\./;

/** In fields of an index an element of an array has no number, and metadata is what the client wrote: here they are there. */
function ownValues(names: readonly string[]): (document: StoredDocument) => Map<string, FieldValues> {
  const inMetadata = names.filter((name) => METADATA.test(name));
  const byElement = names.filter((name) => ELEMENT.test(name) && !METADATA.test(name));
  const read = namedValues(names.filter((name) => !inMetadata.includes(name) && !byElement.includes(name)));
  return (document) => {
    const values = read(document);
    const add = (name: string, whole: unknown, path: readonly string[]): void => {
      values.set(name, valuesAt(whole, path));
    };
    if (byElement.length > 0) {
      const body = JSON.parse(document.body.toString('utf8')) as unknown;
      for (const name of byElement) add(name, body, partsOf(name));
    }
    if (inMetadata.length > 0) {
      const metadata = JSON.parse(metadataText(document)) as unknown;
      for (const name of inMetadata) add(name, metadata, partsOf(name).slice(1));
    }
    return values;
  };
}

function partsOf(name: string): readonly string[] {
  return name.replaceAll("'", '').replaceAll('[]', '').split('.');
}

/** Elements of arrays on the way are all looked at, but for those that the path numbers. */
function valuesAt(value: unknown, path: readonly string[]): FieldValues {
  const [part, ...rest] = path;
  if (part === undefined) return jsonValues(value);
  if (Array.isArray(value)) {
    if (!/^\d+$/.test(part)) return value.flatMap((one) => valuesAt(one, path));
    return Number(part) < value.length ? valuesAt(value[Number(part)], rest) : [];
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return [];
  return valuesAt((value as Record<string, unknown>)[part], rest);
}

function isOf(alias: string, name: string): boolean {
  return name === alias || name.startsWith(`${alias}.`);
}

/**
 * Reads the fields of documents that the query has loaded under an alias; those of one that is missing are null. The
 * alias itself has their ids, or the null that named none.
 */
function loadedValues(
  alias: string,
  names: readonly string[],
): (loaded: LoadedValue, into: Map<string, FieldValues>) => void {
  const paths = names
    .filter((name) => isOf(alias, name) && name !== alias)
    .map((name) => name.slice(alias.length + 1));
  const read = ownValues(paths);
  return (loaded, into) => {
    const documents = (loaded ? [loaded].flat() : []) as StoredDocument[];
    const found = documents.map(read);
    into.set(alias, loaded === null ? [null] : documents.map(({ id }) => id));
    for (const path of paths) {
      const values = found.flatMap((one) => one.get(path) ?? []);
      into.set(`${alias}.${path}`, loaded ? values : [null]);
    }
  };
}
