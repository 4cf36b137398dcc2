import { EACH } from '../../json/json-path.ts';
import type { Field, MethodCall, StringValue, Value } from '../rql/syntax-tree.ts';

/** Names of the fields of an index, as queries and auto indexes write them. */
const PLAIN = /^[A-Za-z_@][\w@-]*$/;

/** Text of a path without the alias in front: `Lines[].Price`; a part that must be quoted keeps its quotes. */
export function fieldName(field: Field, alias?: string): string {
  const [first, ...rest] = field.parts;
  const isAliased =
    alias !== undefined && rest.length > 0 && first?.name === alias && first.indexers.length === 0;
  return (isAliased ? rest : field.parts)
    .map(({ name, isQuoted, indexers }) => {
      const shown = isQuoted && !PLAIN.test(name) ? `'${name}'` : name;
      return shown + indexers.map((at) => (at === null ? '[]' : `.${at}`)).join('');
    })
    .join('.');
}

/** What stands where only a field can: a name in quotes is one, too. */
export function asField(node: { readonly kind: string } | undefined): Field | undefined {
  if (node?.kind === 'field') return node as Field;
  if (node?.kind !== 'string') return undefined;
  const { value } = node as StringValue;
  return { kind: 'field', parts: [{ name: value, isQuoted: true, indexers: [] }] };
}

/** A path as `jsonAt` takes it: without quotes. */
export function documentPath(field: Field, alias?: string): readonly string[] {
  const [first, ...rest] = field.parts;
  const parts = alias !== undefined && rest.length > 0 && first?.name === alias ? rest : field.parts;
  return parts.flatMap(({ name, indexers }) => [
    ...name.split('.'),
    ...indexers.map((at) => (at === null ? EACH : String(at))),
  ]);
}

export function isMethod(node: { readonly kind: string }, name: string): node is MethodCall {
  return node.kind === 'method' && (node as MethodCall).name.toLowerCase() === name.toLowerCase();
}

/** As `isMethod`, of what is known to be a call. */
export function isCallOf(call: MethodCall, name: string): boolean {
  return call.name.toLowerCase() === name.toLowerCase();
}

const VALUE_KINDS: ReadonlySet<string> = new Set<Value['kind']>([
  'string',
  'number',
  'boolean',
  'null',
  'parameter',
]);

/** What a query says as it is, or by a parameter: no field, no call and no condition. */
export function isValue(node: { readonly kind: string }): node is Value {
  return VALUE_KINDS.has(node.kind);
}

/** `id()` or `id(alias)`. */
export function isId(node: { readonly kind: string }): boolean {
  return isMethod(node, 'id');
}
