import { checkedPosition, circleShape, parseWkt } from '../../spatial/parse-wkt.ts';
import type { Shape } from '../../spatial/shape.ts';
import { type Space, spaceOf } from '../../spatial/space.ts';
import { SpatialError } from '../../spatial/spatial-error.ts';
import { DEFAULT_SPATIAL_OPTIONS, SPATIAL_UNITS, type SpatialUnits } from '../../spatial/spatial-options.ts';
import { UnknownMethodError } from '../query-error.ts';
import { parseOperand } from '../rql/parse-query.ts';
import type { Argument, MethodCall } from '../rql/syntax-tree.ts';
import { typeName } from './bind-values.ts';
import { asField, fieldName, isCallOf, isValue } from './names.ts';
import type { WhereContext } from './where-scope.ts';

/** A shape of a query; where it is depends on the field that it is compared with. */
export type AskedShape = (space: Space) => Shape;

/**
 * The name of the field that a spatial method compares. A collection's is made of the document's fields by
 * `spatial.point(lat, lng)` or `spatial.wkt(shape)`, and noted; an index has its own.
 */
export function spatialField(call: MethodCall, { binder, alias, needs, isIndex }: WhereContext): string {
  const [first, second] = call.arguments;
  if (first === undefined || second === undefined || call.arguments.length > 3) {
    throw binder.error(`Method ${call.name}() expects 2-3 arguments to be provided`);
  }
  // In an order, clients put it in quotes.
  const given = first.expression.kind === 'string' ? parseOperand(first.expression.value) : first.expression;
  if (isIndex === true) {
    if (given.kind === 'field') return fieldName(given, alias);
    throw binder.error(
      `Method ${call.name}() expects that first argument will be a field name when static index is queried`,
    );
  }
  if (given.kind !== 'method') {
    throw binder.error(
      `Method ${call.name}() expects first argument to be a method expression: spatial.point(latitude, longitude) or spatial.wkt(shape)`,
    );
  }
  const isPoint = isCallOf(given, 'spatial.point');
  if (!isPoint && !isCallOf(given, 'spatial.wkt')) throw new UnknownMethodError(given.name);
  const names = given.arguments.flatMap(({ expression }) => {
    const field = asField(expression);
    return field === undefined ? [] : [fieldName(field, alias)];
  });
  if (names.length !== given.arguments.length || names.length !== (isPoint ? 2 : 1)) {
    throw binder.error(
      `Method ${call.name}() expects first argument to be a ${isPoint ? 'point() method with 2 arguments' : 'wkt() method with 1 argument'}, each a field`,
    );
  }
  const name = `spatial.${isPoint ? 'point' : 'wkt'}(${names.join(', ')})`;
  needs.add(name, { spatial: { MethodType: isPoint ? 'Point' : 'Wkt', MethodArguments: names } });
  return name;
}

/** The shape that a spatial method compares a field with; `kinds` are those that it takes. */
export function askedShape(
  call: MethodCall,
  context: WhereContext,
  kinds: readonly ('point' | 'circle' | 'wkt')[],
): AskedShape {
  const { binder } = context;
  const given = call.arguments[1]?.expression;
  if (given?.kind !== 'method') {
    throw binder.error(`Method ${call.name}() expects expression as second argument: a spatial method`);
  }
  const kind = (['point', 'circle', 'wkt'] as const).find((one) => isCallOf(given, `spatial.${one}`));
  if (kind === undefined) throw new UnknownMethodError(given.name);
  if (!kinds.includes(kind)) {
    throw binder.error(
      `Method ${call.name}() does not take ${given.name}(): write ${kinds.map((one) => `spatial.${one}()`).join(' or ')}`,
    );
  }
  const shape = readable(shapeOf(kind, given, context), context);
  // What can't be a shape is to be refused before an index is made for it.
  if (context.isIndex !== true) shape(EARTH);
  return shape;
}

const EARTH = spaceOf(DEFAULT_SPATIAL_OPTIONS);

function shapeOf(kind: 'point' | 'circle' | 'wkt', given: MethodCall, context: WhereContext): AskedShape {
  const [first, second, third, fourth] = given.arguments;
  const { length } = given.arguments;
  switch (kind) {
    case 'point': {
      if (length !== 2) throw context.binder.error("Method 'point()' expects two arguments to be provided");
      const [y, x] = [spatialNumber(first, context), spatialNumber(second, context)];
      return (space) => ({ kind: 'point', ...checkedPosition(x, y, space) });
    }
    case 'circle': {
      if (length < 3 || length > 4) {
        throw context.binder.error("Method 'circle()' expects three or four arguments to be provided");
      }
      const radius = spatialNumber(first, context);
      const [y, x] = [spatialNumber(second, context), spatialNumber(third, context)];
      const units = unitsOf(fourth, context);
      return (space) => circleShape({ x, y }, radius, units ?? space.units, space);
    }
    case 'wkt': {
      if (length < 1 || length > 2) {
        throw context.binder.error("Method 'wkt()' expects one or two arguments to be provided");
      }
      const text = spatialText(first, context);
      const units = unitsOf(second, context);
      return (space) => parseWkt(text, space, units ?? space.units);
    }
  }
}

/** Parts that the answer may be wrong by; ours is exact, whatever they say. */
export function checkErrorPart(argument: Argument | undefined, context: WhereContext): void {
  if (argument === undefined) return;
  const part = spatialNumber(argument, context);
  if (part < 0 || part > 0.5) throw context.binder.error('Error must be in [0; 0.5] range.');
}

function spatialNumber(argument: Argument | undefined, context: WhereContext): number {
  const value = literalValue(argument, context);
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw context.binder.error(
    `A number of a spatial method should be a 'Double' but was '${typeName(value)}'.`,
  );
}

function spatialText(argument: Argument | undefined, context: WhereContext): string {
  const value = literalValue(argument, context);
  if (typeof value === 'string') return value;
  throw context.binder.error(`A text of a spatial method should be a 'String' but was '${typeName(value)}'.`);
}

function unitsOf(argument: Argument | undefined, context: WhereContext): SpatialUnits | undefined {
  if (argument === undefined) return undefined;
  const text = spatialText(argument, context);
  const units = SPATIAL_UNITS.find((one) => one.toLowerCase() === text.toLowerCase());
  if (units !== undefined) return units;
  throw context.binder.error(`SpatialUnits value must be either 'Kilometers' or 'Miles' but was '${text}'.`);
}

export function literalValue(argument: Argument | undefined, { binder }: WhereContext) {
  const given = argument?.expression;
  if (given !== undefined && isValue(given)) return binder.scalar(given);
  throw binder.error('The arguments of a spatial method of a query must be values');
}

function readable(shape: AskedShape, { binder }: WhereContext): AskedShape {
  return (space) => {
    try {
      return shape(space);
    } catch (error) {
      throw error instanceof SpatialError ? binder.error(error.message) : error;
    }
  };
}
