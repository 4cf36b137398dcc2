import { documentTexts } from '../../documents/document-texts.ts';
import type { StoredDocument } from '../../documents/stored-document.ts';
import { aggregateMember, COUNT_FIELD } from '../../indexing/auto/auto-group.ts';
import { EACH } from '../../json/json-path.ts';
import { nullSafe } from '../../scripting/null-safe.ts';
import { groupMember } from '../plan/compile-group.ts';
import { functionText } from '../plan/declared-function.ts';
import { documentPath, fieldName, isId, isMethod, isValue } from '../plan/names.ts';
import type { QueryPlan } from '../plan/query-plan.ts';
import { scriptAggregates } from '../plan/script-aggregates.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { Argument, Field, MethodCall, SelectClause, SelectItem, Value } from '../rql/syntax-tree.ts';
import type { RowKind } from './project.ts';
import { PROJECTED_VIEW, viewOf } from './projected-view.ts';
import type { LoadedValue, Row } from './row.ts';
import { SCRIPT_RESULTS } from './script-results.ts';

/** The script of a SELECT, and the names that each call gives it values for. */
export interface SelectScript {
  readonly body: string;
  /** Parameters of the query that the script uses. */
  readonly parameters: readonly string[];
}

type JavaScriptSelect = Extract<SelectClause, { kind: 'javascript' }>;

/** `select { … }`, or fields among which are calls of declared functions. */
export function selectScript(select: SelectClause, plan: QueryPlan): SelectScript {
  const alias = plan.alias ?? '__row';
  const expression = select.kind === 'javascript' ? javaScript(select, plan) : ofItems(select, plan, alias);
  const parameters = [
    ...new Set([...expression.matchAll(/\$([A-Za-z_]\w*)/g)].map(([, name]) => name ?? '')),
  ];
  const names = [alias, ...plan.load.map((item) => item.alias), ...parameters.map((name) => `$${name}`)];
  const written = [
    ...plan.functions.map(functionText),
    `const __select = (${names.join(', ')}) => (${expression});`,
  ].join('\n');
  if (plan.source.kind !== 'group') {
    return {
      body: `${nullSafe(written, { missingIsEmpty: true })}\n${PROJECTED_VIEW}\n${SCRIPT_RESULTS}\n${RUN}`,
      parameters,
    };
  }
  const source = nullSafe(scriptAggregates(written).source, { missingIsEmpty: true });
  const functions = groupFunctions(plan.source.group.fields);
  return { body: `${functions}\n${source}\n${PROJECTED_VIEW}\n${SCRIPT_RESULTS}\n${RUN}`, parameters };
}

/** From the rows of a block to what each gives. */
const RUN = `
function __value(given) {
  if (given === null || Array.isArray(given)) return __document(given);
  return 'many' in given ? given.many.map(__document) : __projected(given);
}
function __run({ rows, parameters }) {
  return rows.map((row) => {
    const values = row.map(__value);
    globalThis.__group = values[0];
    __included = [];
    const results = __results(__select(...values, ...parameters));
    return { results, included: __included };
  });
}
`;

/** What scripts of a `group by` query call: of the group that is shown. A function of the query may have the same name. */
function groupFunctions(fields: readonly { readonly name: string }[]): string {
  const keys = fields.map(({ name }) => name);
  const [only = ''] = keys;
  const members = keys.map((name) => `${JSON.stringify(name)}: __group[${JSON.stringify(name)}]`);
  const key = keys.length === 1 ? `__group[${JSON.stringify(only)}]` : `({ ${members.join(', ')} })`;
  return `
globalThis.count ??= () => __group[${JSON.stringify(aggregateMember(COUNT_FIELD, fields))}];
globalThis.sum ??= (field) => __group[${JSON.stringify(keys)}.includes(field) ? 'total(' + field + ')' : field];
globalThis.key ??= () => ${key};
`;
}

function javaScript({ object }: JavaScriptSelect, plan: QueryPlan): string {
  if (plan.alias === undefined) {
    throw new InvalidQueryError(
      'Use of select function body requires that aliases will be defined, but none had: write from Orders as o',
      plan.text,
    );
  }
  return object.text;
}

function ofItems(select: SelectClause, plan: QueryPlan, alias: string): string {
  if (select.kind !== 'fields') return alias;
  const [only] = select.items;
  if (select.items.length === 1 && only !== undefined && only.alias === undefined) {
    return expressionOf(only.expression, plan, alias);
  }
  const members = select.items.map(
    (item) => `${JSON.stringify(nameOf(item, plan))}: ${expressionOf(item.expression, plan, alias)}`,
  );
  return `{ ${members.join(', ')} }`;
}

function nameOf({ expression, alias }: SelectItem, plan: QueryPlan): string {
  if (alias !== undefined) return alias;
  if (expression.kind === 'field') return fieldName(expression, plan.alias).replaceAll("'", '');
  if (expression.kind !== 'method') return '';
  return SCRIPT_NAMES.get(expression.name.toLowerCase()) ?? expression.name;
}

function expressionOf(
  expression: SelectItem['expression'] | Argument['expression'],
  plan: QueryPlan,
  alias: string,
): string {
  switch (expression.kind) {
    case 'field':
      return path(expression, plan, alias);
    case 'method':
      return call(expression, plan, alias);
    default:
      if (isValue(expression)) return literal(expression);
      throw new InvalidQueryError('A SELECT may hold fields, values and calls of functions', plan.text);
  }
}

function path(field: Field, plan: QueryPlan, alias: string): string {
  const [first] = field.parts;
  const isLoaded = plan.load.some((item) => item.alias === first?.name);
  const root = isLoaded ? (first?.name ?? alias) : alias;
  const isRoot = field.parts.length === 1 && (first?.name === (plan.alias ?? 'this') || isLoaded);
  if (isRoot) return root;
  const members = isLoaded
    ? documentPath({ kind: 'field', parts: field.parts.slice(1) })
    : documentPath(field, plan.alias);
  // An array has no such step in a script.
  const names = members.filter((name) => name !== EACH);
  return root + names.map((name) => `[${JSON.stringify(name)}]`).join('');
}

function call(method: MethodCall, plan: QueryPlan, alias: string): string {
  const written = SCRIPT_NAMES.get(method.name.toLowerCase()) ?? method.name;
  if (isRowsOwn(method) && method.arguments.length === 0) return `${written}(${alias})`;
  const { source } = plan;
  const aggregate =
    source.kind === 'group' ? groupMember(method, plan.alias, source.group.fields) : undefined;
  if (aggregate !== undefined) return `__group[${JSON.stringify(aggregate)}]`;
  const given = method.arguments.map(({ expression }) => expressionOf(expression, plan, alias));
  return `${written}(${given.join(', ')})`;
}

/** What is read of the row where nothing else is named. */
function isRowsOwn(method: MethodCall): boolean {
  return isId(method) || isMethod(method, 'getMetadata');
}

/** Scripts mind the case of names, queries don't. */
const SCRIPT_NAMES: ReadonlyMap<string, string> = new Map(
  ['cmpxchg', 'getMetadata', 'id'].map((name) => [name.toLowerCase(), name]),
);

function literal(value: Value): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.value);
    case 'number':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
    case 'parameter':
      return `$${value.name}`;
  }
}

/** A row as the script gets it. */
export function scriptRow(row: Row, plan: QueryPlan, kind: RowKind): readonly unknown[] {
  return [viewOf(row, plan, kind), ...[...row.loaded.values()].map(scriptValue)];
}

function scriptValue(value: LoadedValue): unknown {
  if (Array.isArray(value)) {
    return { many: value.map(documentTexts) };
  }
  return value ? documentTexts(value as StoredDocument) : null;
}
