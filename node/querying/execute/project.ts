import { writeDocument } from '../../documents/document-writer.ts';
import { formatTicks } from '../../documents/hybrid-clock.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { aggregateMember } from '../../indexing/auto/auto-group.ts';
import { KeptDocument } from '../../indexing/local/kept-document.ts';
import { jsonAt } from '../../json/json-path.ts';
import { JsonReader } from '../../json/json-reader.ts';
import { groupField } from '../plan/compile-group.ts';
import { documentPath, fieldName, isId } from '../plan/names.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { InvalidQueryError, UnsupportedQueryError } from '../query-error.ts';
import type { Field, MethodCall, SelectClause, SelectItem, Value } from '../rql/syntax-tree.ts';
import { type FieldJson, loadedField, projectedField, requireSource } from './projected-field.ts';
import type { LoadedValue, Row } from './row.ts';
import { bigintAsNumber, type ProjectionScripts, selectRunner } from './run-select.ts';
import type { ScriptResult, ScriptRow } from './script-results.ts';

/** What becomes of a row: its bytes in the answer, and what makes two rows the same for `distinct`. */
export interface Projected {
  readonly bytes: Buffer;
  readonly content: () => string;
  /** Ids of documents that the answer is to include with it. */
  readonly included?: readonly string[];
}

/** A list: the row becomes several results, or none. */
export type Projection = (row: Row) => Projected | readonly Projected[];

/** Where rows come from: straight from storage, from an index of documents, or from one of groups. */
export type RowKind = 'collection' | 'document' | 'group';

/** How the rows of a query are shown. */
export function projectionOf(plan: QueryPlan, kind: RowKind, scripts: ProjectionScripts): Projection {
  const { select } = plan;
  requireSource(plan, kind);
  if (select === undefined || select.kind === 'all' || isWholeDocument(select, plan)) {
    return kind === 'group' ? wholeGroup : wholeDocument;
  }
  if (select.kind === 'javascript' || callsFunction(select, plan)) {
    return scriptProjection(select, plan, kind, scripts);
  }
  const loaded = onlyLoaded(select, plan);
  if (loaded !== undefined) return loadedDocuments(loaded, kind);
  const columns = select.items.map((item) => columnOf(item, plan, kind));
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) {
      throw new InvalidQueryError(
        `Duplicate alias '${name}' detected: give one of the two another name`,
        plan.text,
      );
    }
    names.add(name);
  }
  const shown = columns.map(({ name, json }) => ({ label: `${JSON.stringify(name)}:`, json }));
  return (row) => {
    let content = '';
    for (const { label, json } of shown) {
      const value = json(row);
      if (value !== undefined) content += `${content === '' ? '' : ','}${label}${value}`;
    }
    return withMetadata(content, projectionMetadata(row.document, kind));
  };
}

const wholeDocument: Projection = ({ document }) => shownDocument(document);

function shownDocument(document: StoredDocument): Projected {
  return {
    bytes: document instanceof KeptDocument ? document.written : writeDocument(document),
    content: () => document.body.toString('utf8'),
  };
}

function callsFunction(select: SelectClause, { functions }: QueryPlan): boolean {
  if (select.kind !== 'fields') return false;
  return select.items.some(
    ({ expression }) =>
      expression.kind === 'method' &&
      (SCRIPTED.has(expression.name.toLowerCase()) || functions.some(({ name }) => name === expression.name)),
  );
}

/** What a script finds, as it does in `select { … }`. */
const SCRIPTED: ReadonlySet<string> = new Set(['cmpxchg', 'getmetadata']);

function scriptProjection(
  select: SelectClause,
  plan: QueryPlan,
  kind: RowKind,
  scripts: ProjectionScripts,
): Projection {
  const run = selectRunner(select, plan, kind, scripts);
  return (row) => {
    const { results, included } = run(row);
    const shown = (one: ScriptResult): Projected => ({ ...scriptResult(one, row, kind), included });
    return isList(results) ? results.map(shown) : shown(results);
  };
}

function isList(results: ScriptRow['results']): results is readonly ScriptResult[] {
  return Array.isArray(results);
}

function scriptResult(
  { json, metadata, isWhole }: ScriptResult,
  { document }: Row,
  kind: RowKind,
): Projected {
  const content = json.slice(1, -1);
  const own = metadata.slice(1, -1);
  // What a script sees of a group has none.
  const isGroup = kind === 'group' && own === '';
  if (isWhole) return withMetadata(content, isGroup ? GROUP_METADATA : metadata);
  const given = projectionMetadata(document, kind);
  return withMetadata(content, own === '' ? given : `{${own},${given.slice(1)}`);
}

/** @param content the members of an object, as JSON */
function withMetadata(content: string, metadata: string): Projected {
  const separator = content === '' ? '' : ',';
  return { content: () => content, bytes: Buffer.from(`{${content}${separator}"@metadata":${metadata}}`) };
}

const GROUP_METADATA = '{"@change-vector":null}';

const wholeGroup: Projection = ({ document }) =>
  withMetadata(document.body.toString('utf8').slice(1, -1), GROUP_METADATA);

/** `select o`, alone, is the document itself. */
function isWholeDocument(select: SelectClause, { alias }: QueryPlan): boolean {
  if (select.kind !== 'fields' || select.items.length !== 1) return false;
  const [item] = select.items;
  return item?.expression.kind === 'field' && alias !== undefined && fieldName(item.expression) === alias;
}

/** The alias of what was loaded, when the query selects nothing else: the results are those documents then. */
function onlyLoaded(select: SelectClause, plan: QueryPlan): string | undefined {
  if (select.kind !== 'fields' || select.items.length !== 1) return undefined;
  const expression = select.items[0]?.expression;
  if (expression?.kind !== 'field' || expression.parts.length !== 1) return undefined;
  return plan.load.find(({ alias }) => alias === expression.parts[0]?.name)?.alias;
}

function loadedDocuments(alias: string, kind: RowKind): Projection {
  return ({ document, loaded }) => {
    const found = loaded.get(alias);
    if (Array.isArray(found)) return found.map(shownDocument);
    if (found) return shownDocument(found as StoredDocument);
    const content = `{"@metadata":${projectionMetadata(document, kind)}}`;
    return { content: () => '', bytes: Buffer.from(content) };
  };
}

function projectionMetadata(document: StoredDocument, kind: RowKind): string {
  const { changeVector, id, lastModified } = document;
  if (kind === 'group') return '{"@projection":true,"@change-vector":null}';
  const score = kind === 'collection' ? '"@index-score":0,' : '';
  return `{"@projection":true,"@change-vector":"${changeVector}","@id":${JSON.stringify(id)},${score}"@last-modified":"${formatTicks(lastModified)}"}`;
}

interface Column {
  readonly name: string;
  readonly json: FieldJson;
}

function columnOf({ expression, alias }: SelectItem, plan: QueryPlan, kind: RowKind): Column {
  switch (expression.kind) {
    case 'field':
      return fieldColumn(expression, alias, plan, kind);
    case 'method':
      return methodColumn(expression, alias, plan);
    case 'timeseries':
      throw new UnsupportedQueryError('timeseries() in SELECT');
    default: {
      const json = JSON.stringify(plan.binder.value(expression), bigintAsNumber);
      return { name: alias ?? valueName(expression, json), json: () => json };
    }
  }
}

function valueName(value: Value, json: string): string {
  if (value.kind === 'parameter') return value.name;
  return value.kind === 'string' ? value.value : json;
}

function fieldColumn(field: Field, alias: string | undefined, plan: QueryPlan, kind: RowKind): Column {
  const [first] = field.parts;
  const isLoaded = plan.load.some((item) => item.alias === first?.name);
  if (isLoaded && first !== undefined) {
    const path = documentPath({ kind: 'field', parts: field.parts.slice(1) });
    const name = alias ?? (field.parts.length === 1 ? first.name : (field.parts.at(-1)?.name ?? ''));
    const json: FieldJson = ({ loaded }) => loadedJson(loaded.get(first.name), path);
    return { name, json: loadedField(name, json, plan, kind) };
  }
  const path = documentPath(field, plan.alias);
  const shown = fieldName(field, plan.alias).replaceAll("'", '');
  if (plan.source.kind === 'group') {
    const name = fieldName(field, plan.alias);
    return { name: alias ?? shown, json: ({ document }) => groupValue(document, name) };
  }
  const isWhole = field.parts.length === 1 && first?.name === plan.alias;
  const fromDocument = isWhole ? nestedJson : (document: StoredDocument) => documentJson(document, path);
  // As scripts do, a path that begins with the alias leaves out what is missing.
  const isPath = plan.alias !== undefined && field.parts.length > 1 && first?.name === plan.alias;
  const missing = isPath ? undefined : 'null';
  return { name: alias ?? shown, json: projectedField(shown, fromDocument, { plan, kind, missing }) };
}

function documentJson(document: StoredDocument, path: readonly string[]): string | undefined {
  if (path[0] === '@metadata') return metadataJson(document, path.slice(1));
  return jsonAt(document.body, path)?.toString('utf8');
}

function metadataJson(document: StoredDocument, path: readonly string[]): string {
  const whole = jsonAt(writeDocument(document, { metadataOnly: true }), ['@metadata', ...path]);
  return whole?.toString('utf8') ?? 'null';
}

/** Undefined: there is no such document or member; of one of several documents it is null. */
function loadedJson(value: LoadedValue, path: readonly string[]): string | undefined {
  if (Array.isArray(value)) {
    return `[${value.map((one: StoredDocument) => loadedJson(one, path) ?? 'null').join(',')}]`;
  }
  const document = value as StoredDocument | null | undefined;
  if (!document) return undefined;
  return path.length === 0 ? nestedJson(document) : jsonAt(document.body, path)?.toString('utf8');
}

/** A document within a result: with its metadata, but for what changes with each write. */
function nestedJson({ body, metadata, id }: StoredDocument): string {
  const members = body.toString('utf8').slice(1, -1);
  const kept = metadata.toString('utf8').slice(1, -1);
  const whole = `${kept}${kept === '' ? '' : ','}"@id":${JSON.stringify(id)}`;
  return `{${members}${members === '' ? '' : ','}"@metadata":{${whole}}}`;
}

function methodColumn(call: MethodCall, alias: string | undefined, plan: QueryPlan): Column {
  if (plan.source.kind === 'group') return groupColumn(call, alias, plan.source.group.fields, plan);
  if (isId(call)) {
    if (call.arguments.length > 0) {
      throw new InvalidQueryError(
        'id(doc) in SELECT must be called without an argument: write id()',
        plan.text,
      );
    }
    return { name: alias ?? 'id()', json: ({ document }) => JSON.stringify(document.id) };
  }
  const name = call.name.toLowerCase();
  if (AGGREGATES.has(name)) {
    throw new InvalidQueryError(`${call.name} may only be used in group by queries`, plan.text);
  }
  if (UNSERVED.has(name)) {
    throw new UnsupportedQueryError(`${call.name}() in SELECT`);
  }
  throw new InvalidQueryError(`Unknown method call in SELECT clause: '${call.name}' method`, plan.text);
}

/** `key()`, `count()` or `sum(path)` of a group's result. */
function groupColumn(
  call: MethodCall,
  alias: string | undefined,
  fields: readonly { readonly name: string }[],
  plan: QueryPlan,
): Column {
  const at = (document: StoredDocument, name: string): string => groupValue(document, name);
  if (call.name.toLowerCase() === 'key') {
    const [only] = fields;
    if (fields.length === 1 && only !== undefined) {
      return { name: alias ?? only.name, json: ({ document }) => at(document, only.name) };
    }
    const whole = (document: StoredDocument): string =>
      `{${fields.map(({ name }) => `${JSON.stringify(name)}:${at(document, name)}`).join(',')}}`;
    return { name: alias ?? 'Key', json: ({ document }) => whole(document) };
  }
  const field = groupField(call, plan.alias);
  if (field === undefined) {
    throw new InvalidQueryError(
      `Unknown aggregation method in SELECT clause of the group by query: '${call.name}'`,
      plan.text,
    );
  }
  const member = aggregateMember(field, fields);
  return { name: alias ?? field, json: ({ document }) => at(document, member) };
}

/** Members, as JSON, of results of groups: one column after the other asks for its own, and so do other queries. */
const MEMBERS = new WeakMap<Buffer, ReadonlyMap<string, string>>();

/** A member of a group's result: its name is a path, but not one into the result. */
function groupValue({ body }: StoredDocument, name: string): string {
  let members = MEMBERS.get(body);
  if (members === undefined) {
    members = membersOf(body);
    MEMBERS.set(body, members);
  }
  return members.get(name) ?? 'null';
}

function membersOf(object: Buffer): ReadonlyMap<string, string> {
  const reader = new JsonReader(object);
  const members = new Map<string, string>();
  for (const name of reader.fields()) members.set(name, reader.skip().toString('utf8'));
  return members;
}

const AGGREGATES: ReadonlySet<string> = new Set(['count', 'sum', 'key', 'min', 'max', 'avg']);
const UNSERVED: ReadonlySet<string> = new Set([
  'facet',
  'suggest',
  'counter',
  'counterraw',
  'spatial.distance',
]);
