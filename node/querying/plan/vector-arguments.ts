import { readVectors } from '../../vectors/read-vectors.ts';
import { VectorError } from '../../vectors/vector-error.ts';
import { NO_MODEL, type VectorOptions, type VectorType } from '../../vectors/vector-options.ts';
import { UnknownMethodError } from '../query-error.ts';
import type { Argument, MethodCall } from '../rql/syntax-tree.ts';
import { typeName } from './bind-values.ts';
import { asField, fieldName, isCallOf, isValue } from './names.ts';
import type { AskedVectors, Predicate } from './predicate.ts';
import type { Scope, WhereContext } from './where-scope.ts';

/** How many of the nearest are found where a query does not say how many, as RavenDB has it. */
const CANDIDATES = 16;

/** What an embedding method takes of its field, and what the index keeps of that. */
const EMBEDDINGS: Readonly<Record<string, readonly [source: VectorType, destination: VectorType]>> = {
  'embedding.f32_i8': ['Single', 'Int8'],
  'embedding.f32_i1': ['Single', 'Binary'],
  'embedding.i8': ['Int8', 'Int8'],
  'embedding.i1': ['Binary', 'Binary'],
};

/** `vector.search(field, vector, similarity, candidates)`: the last two may be left out, or null. */
export function vectorSearch(call: MethodCall, scope: Scope): Predicate {
  const [of, asked, similarity, candidates, ...more] = call.arguments;
  if (of === undefined || asked === undefined || more.length > 0) {
    throw scope.binder.error(
      `Method vector.search() expects two to four arguments, a field, a vector, the least similarity and a number of candidates, but has ${call.arguments.length}`,
    );
  }
  const { field, options } = vectorField(of, scope);
  const minimum = numberOf(similarity, 'similarity', scope) ?? 0;
  const count = numberOf(candidates, 'number of candidates', scope) ?? CANDIDATES;
  if (!Number.isInteger(count) || count < 1) {
    throw scope.binder.error(`The number of candidates must be a whole number from 1, but it is ${count}`);
  }
  return {
    kind: 'vector',
    field,
    asked: askedVectors(asked, options, scope),
    minimum,
    // Who wants it exact wants whatever is as alike as asked.
    ...(scope.isExact ? {} : { candidates: count }),
  };
}

/** The field of the index that holds the vectors; of an auto index with what it is made of, which is noted. */
function vectorField(
  { expression }: Argument,
  { binder, alias, needs, isIndex }: WhereContext,
): { readonly field: string; readonly options?: VectorOptions } {
  const bare = asField(expression);
  if (isIndex === true) {
    if (bare !== undefined) return { field: `vector.search(${fieldName(bare, alias)})` };
    throw binder.error(
      'Method vector.search() expects that first argument will be a field name when static index is queried',
    );
  }
  const { name, types } =
    bare === undefined
      ? embedded(expression as MethodCall, { binder, alias })
      : { name: fieldName(bare, alias), types: ['Single', 'Single'] as const };
  const [source, destination] = types;
  const method = bare === undefined ? (expression as MethodCall).name.toLowerCase() : undefined;
  const field = `vector.search(${method === undefined ? name : `${method}(${name})`})`;
  needs.add(field, {
    vector: { SourceFieldName: name, SourceEmbeddingType: source, DestinationEmbeddingType: destination },
  });
  return { field, options: { source, destination } };
}

/** `embedding.f32_i8(field)` and its like. */
function embedded(
  call: MethodCall,
  { binder, alias }: { readonly binder: WhereContext['binder']; readonly alias: string | undefined },
): { readonly name: string; readonly types: readonly [VectorType, VectorType] } {
  if (call.kind !== 'method')
    throw binder.error('Method vector.search() expects a field as its first argument');
  refuseText(call, binder);
  const method = call.name.toLowerCase();
  const types = Object.hasOwn(EMBEDDINGS, method) ? EMBEDDINGS[method] : undefined;
  if (types === undefined) throw new UnknownMethodError(call.name);
  const [only, ...more] = call.arguments;
  const field = asField(only?.expression);
  if (field === undefined || more.length > 0) throw binder.error(`Method ${call.name}() expects one field`);
  return { name: fieldName(field, alias), types };
}

function refuseText({ name }: MethodCall, binder: WhereContext['binder']): void {
  if (/^embedding\.text(?:_i8|_i1)?$/i.test(name)) throw binder.error(`${name}() can't be used: ${NO_MODEL}`);
}

/** What is searched for: a vector or several that the query brings, or those of a document. */
function askedVectors(
  { expression }: Argument,
  options: VectorOptions | undefined,
  { binder }: WhereContext,
): AskedVectors {
  if (isValue(expression)) {
    const value = binder.value(expression);
    const read = (own: VectorOptions): readonly Buffer[] => {
      try {
        const vectors = readVectors(value, own);
        if (vectors.length > 0) return vectors;
      } catch (error) {
        throw error instanceof VectorError ? binder.error(`In vector.search(): ${error.message}`) : error;
      }
      throw binder.error(`Method vector.search() expects a vector, but got ${typeName(value)}`);
    };
    // What is no vector is to be refused before an index is made for it.
    if (options !== undefined) read(options);
    return { kind: 'given', read };
  }
  if (expression.kind !== 'method')
    throw binder.error('Method vector.search() expects a vector to search for');
  refuseText(expression, binder);
  if (!isCallOf(expression, 'embedding.forDoc')) throw new UnknownMethodError(expression.name);
  const [id] = expression.arguments;
  if (id === undefined || !isValue(id.expression)) {
    throw binder.error('Method embedding.forDoc() expects the id of a document');
  }
  return { kind: 'document', id: binder.text(id.expression, 'embedding.forDoc') };
}

/** Undefined: nothing was said. */
function numberOf(
  argument: Argument | undefined,
  what: string,
  { binder }: WhereContext,
): number | undefined {
  if (argument === undefined) return undefined;
  const value = isValue(argument.expression) ? binder.value(argument.expression) : '';
  if (value === null) return undefined;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw binder.error(`The ${what} of vector.search() must be a number, but it is ${typeName(value)}`);
}
