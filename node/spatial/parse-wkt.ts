import { NESTED_SHAPES_MAX, POSITIONS_MAX, WKT_CHARACTERS_MAX } from './limits.ts';
import { type Position, rectangle, type Shape } from './shape.ts';
import { radiusIn, type Space } from './space.ts';
import { SpatialError } from './spatial-error.ts';
import type { SpatialUnits } from './spatial-options.ts';

/**
 * A shape from its well-known text: points, lines, polygons, several of them, and the additions of Spatial4n:
 * `ENVELOPE(minX, maxX, maxY, minY)`, `CIRCLE(x y d=radius)` and `BUFFER(shape, reach)`.
 *
 * ```ts
 * parseWkt('POINT (34.8 32.1)', space); // { kind: 'point', x: 34.8, y: 32.1 }
 * ```
 *
 * @param units of the radius of circles
 * @throws SpatialError
 */
export function parseWkt(text: string, space: Space, units: SpatialUnits = space.units): Shape {
  if (text.length > WKT_CHARACTERS_MAX) {
    throw new SpatialError(
      `A shape may have ${WKT_CHARACTERS_MAX} characters, but this one has ${text.length}.`,
    );
  }
  const scanner = new WktScanner(text, space, units);
  const shape = shapeOf(scanner, 0);
  if (!scanner.isAtEnd) throw scanner.error();
  return shape;
}

/** @throws SpatialError for a position that is not on the earth */
export function checkedPosition(x: number, y: number, { isGeography }: Space): Position {
  if (!Number.isFinite(x) || !Number.isFinite(y)) {
    throw new SpatialError('A position must have a finite x (longitude) and y (latitude).');
  }
  if (isGeography && Math.abs(y) > 90) {
    throw new SpatialError(`Bad Y value ${y}: a latitude is between -90 and 90.`);
  }
  if (isGeography && Math.abs(x) > 180) {
    throw new SpatialError(`Bad X value ${x}: a longitude is between -180 and 180.`);
  }
  return { x, y };
}

/** @throws SpatialError for a radius that can't be */
export function circleShape(at: Position, radius: number, units: SpatialUnits, space: Space): Shape {
  if (!(radius >= 0 && Number.isFinite(radius))) {
    throw new SpatialError(`The radius of a circle must be >= 0, but it is ${radius}.`);
  }
  return { kind: 'circle', ...checkedPosition(at.x, at.y, space), radius: radiusIn(radius, units, space) };
}

function shapeOf(scanner: WktScanner, depth: number): Shape {
  if (depth > NESTED_SHAPES_MAX) throw scanner.error();
  const word = scanner.word();
  // Heights and measures are read over.
  if (word !== 'ENVELOPE' && word !== 'CIRCLE') scanner.tryWords(['ZM', 'Z', 'M']);
  if (scanner.tryWords(['EMPTY'])) return { kind: 'many', shapes: [] };
  switch (word) {
    case 'POINT':
      return { kind: 'point', ...scanner.inParentheses(() => scanner.position()) };
    case 'LINESTRING':
      return path(scanner);
    case 'POLYGON':
      return polygon(scanner);
    case 'MULTIPOINT':
      return many(scanner, () => ({ kind: 'point', ...bareOrInParentheses(scanner) }));
    case 'MULTILINESTRING':
      return many(scanner, () => path(scanner));
    case 'MULTIPOLYGON':
      return many(scanner, () => polygon(scanner));
    case 'GEOMETRYCOLLECTION':
      return many(scanner, () => shapeOf(scanner, depth + 1));
    case 'ENVELOPE':
      return envelope(scanner);
    case 'CIRCLE':
      return scanner.inParentheses(() => circle(scanner));
    case 'BUFFER':
      return scanner.inParentheses(() => {
        const shape = shapeOf(scanner, depth + 1);
        scanner.expect(',');
        return buffered(shape, scanner.number(), scanner);
      });
    default:
      throw scanner.error();
  }
}

function bareOrInParentheses(scanner: WktScanner): Position {
  return scanner.is('(') ? scanner.inParentheses(() => scanner.position()) : scanner.position();
}

function many(scanner: WktScanner, one: () => Shape): Shape {
  return { kind: 'many', shapes: scanner.inParentheses(() => scanner.list(one)) };
}

function positions(scanner: WktScanner): readonly Position[] {
  return unrolled(
    scanner.inParentheses(() => scanner.list(() => scanner.position())),
    scanner.space,
  );
}

function path(scanner: WktScanner): Shape {
  const found = positions(scanner);
  if (found.length < 2) throw scanner.error();
  return { kind: 'path', positions: found, reach: 0 };
}

function polygon(scanner: WktScanner): Shape {
  const [border, ...holes] = scanner.inParentheses(() => scanner.list(() => ring(scanner)));
  if (border === undefined) throw scanner.error();
  // A hole is on the same copy of the earth as its border.
  const turned = holes.map((hole) => {
    const turn = Math.round(((border[0]?.x ?? 0) - (hole[0]?.x ?? 0)) / 360) * 360;
    return scanner.space.isGeography ? hole.map(({ x, y }) => ({ x: x + turn, y })) : hole;
  });
  return { kind: 'polygon', rings: [border, ...turned], reach: 0 };
}

function ring(scanner: WktScanner): readonly Position[] {
  const found = positions(scanner);
  const [first, last] = [found[0], found.at(-1)];
  const isClosed = first !== undefined && last !== undefined && first.x === last.x && first.y === last.y;
  if (!isClosed || found.length < 4) throw scanner.error();
  return found.slice(0, -1);
}

/** A step of more than half around the earth is meant to go the other way, across the date line. */
function unrolled(found: readonly Position[], { isGeography }: Space): readonly Position[] {
  if (!isGeography) return found;
  let turn = 0;
  return found.map(({ x, y }, at) => {
    const step = x - (found[at - 1]?.x ?? x);
    if (step > 180) turn -= 360;
    else if (step < -180) turn += 360;
    return { x: x + turn, y };
  });
}

function envelope(scanner: WktScanner): Shape {
  const sides = scanner.inParentheses(() => scanner.list(() => scanner.number()));
  const [minX, maxX, maxY, minY] = sides;
  if (sides.length !== 4 || minX === undefined || maxX === undefined) throw scanner.error();
  if (maxY === undefined || minY === undefined || minY > maxY) throw scanner.error();
  checkedPosition(minX, minY, scanner.space);
  checkedPosition(maxX, maxY, scanner.space);
  if (minX > maxX && !scanner.space.isGeography) throw scanner.error();
  return rectangle({ minX, maxX: minX > maxX ? maxX + 360 : maxX, minY, maxY });
}

function circle(scanner: WktScanner): Shape {
  const at = scanner.position();
  scanner.tryComma();
  if (!scanner.tryWords(['DISTANCE', 'D'])) throw scanner.error();
  scanner.expect('=');
  return circleShape(at, scanner.number(), scanner.units, scanner.space);
}

function buffered(shape: Shape, reach: number, scanner: WktScanner): Shape {
  if (!(reach >= 0)) throw scanner.error();
  switch (shape.kind) {
    case 'point':
      return { kind: 'path', positions: [{ x: shape.x, y: shape.y }], reach };
    case 'path':
    case 'polygon':
      return { ...shape, reach: shape.reach + reach };
    case 'circle':
      throw scanner.error();
    case 'many':
      return { kind: 'many', shapes: shape.shapes.map((one) => buffered(one, reach, scanner)) };
  }
}

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z]+/y;
const SPACES = /\s*/y;

class WktScanner {
  readonly space: Space;
  readonly units: SpatialUnits;
  readonly #text: string;
  #at = 0;
  #positions = 0;

  constructor(text: string, space: Space, units: SpatialUnits) {
    this.#text = text;
    this.space = space;
    this.units = units;
    this.#skip();
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  error(): SpatialError {
    const shown = this.#text.length > 200 ? `${this.#text.slice(0, 200)}…` : this.#text;
    return new SpatialError(`Value '${shown}' is not a valid WKT value (at character ${this.#at + 1}).`);
  }

  is(symbol: string): boolean {
    return this.#text[this.#at] === symbol;
  }

  expect(symbol: string): void {
    if (!this.is(symbol)) throw this.error();
    this.#at++;
    this.#skip();
  }

  tryComma(): void {
    if (this.is(',')) this.expect(',');
  }

  word(): string {
    const word = this.#match(WORD);
    if (word === undefined) throw this.error();
    return word.toUpperCase();
  }

  /** Reads the next word when it is one of these. */
  tryWords(words: readonly string[]): boolean {
    const start = this.#at;
    const word = this.#match(WORD);
    if (word !== undefined && words.includes(word.toUpperCase())) return true;
    this.#at = start;
    return false;
  }

  number(): number {
    const text = this.#match(NUMBER);
    if (text === undefined) throw this.error();
    return Number(text);
  }

  position(): Position {
    if (++this.#positions > POSITIONS_MAX) {
      throw new SpatialError(`A shape may have ${POSITIONS_MAX} positions: this one has more.`);
    }
    const x = this.number();
    const y = this.number();
    for (let more = 0; more < 2 && !this.isAtEnd; more++) this.#match(NUMBER);
    return checkedPosition(x, y, this.space);
  }

  inParentheses<T>(body: () => T): T {
    this.expect('(');
    const found = body();
    this.expect(')');
    return found;
  }

  list<T>(one: () => T): readonly T[] {
    const found = [one()];
    while (this.is(',')) {
      this.expect(',');
      found.push(one());
    }
    return found;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined) return undefined;
    this.#at += text.length;
    this.#skip();
    return text;
  }

  #skip(): void {
    SPACES.lastIndex = this.#at;
    this.#at += SPACES.exec(this.#text)?.[0].length ?? 0;
  }
}
