import { EACH } from '../../json/json-path.ts';
import { JsonReader } from '../../json/json-reader.ts';
import { IndexingError } from '../indexing-error.ts';
import { FIELD_VALUES_MAX } from '../limits.ts';
import type { FieldPath } from './field-path.ts';
import { type FieldValues, type IndexValue, numberValue } from './index-value.ts';

/** The values of each path; most have one. */
type Found = IndexValue[][];

/** Of a path of which no value was found yet: nobody adds to it. */
const NOTHING: IndexValue[] = [];

/** The paths that an index reads, as a tree: one walk through a document finds them all. */
export interface PathTree {
  /** Positions of the paths that end here. */
  readonly ends: readonly number[];
  /** Those of them that may be the size of an array: of what is here in each of its elements they are not. */
  readonly sizes: readonly number[];
  readonly members: ReadonlyMap<string, PathTree>;
}

/** What is left of a path, by its position. */
interface PathRest {
  readonly at: number;
  readonly steps: readonly MemberStep[];
}

interface MemberStep {
  readonly name: string;
  /** Of each element of an array. */
  readonly isOfEach: boolean;
}

export function pathTree(paths: readonly FieldPath[]): PathTree {
  const rests = paths.map((path, at): PathRest => ({ at, steps: memberSteps(path) }));
  return build(
    rests,
    rests.filter(({ steps }) => steps.length === 0).map(({ at }) => at),
    [],
  );
}

function memberSteps(path: FieldPath): readonly MemberStep[] {
  return path.flatMap((name, at) => (name === EACH ? [] : [{ name, isOfEach: path[at - 1] === EACH }]));
}

function build(rests: readonly PathRest[], ends: readonly number[], sizes: readonly number[]): PathTree {
  const members = new Map<string, PathTree>();
  const below = rests.filter(({ steps }) => steps.length > 0);
  for (const [name, own] of Map.groupBy(below, ({ steps }) => steps[0]?.name ?? '')) {
    const last = own.filter(({ steps }) => steps.length === 1);
    members.set(
      name,
      build(
        own.map(({ at, steps }) => ({ at, steps: steps.slice(1) })),
        last.map(({ at }) => at),
        last.filter(({ steps }) => steps[0]?.isOfEach !== true).map(({ at }) => at),
      ),
    );
  }
  return { ends, sizes, members };
}

/**
 * The values at each path of a stored document, by the position of the path. Reads the bytes once, and skips what no path
 * goes through.
 *
 * @throws IndexingError when a field has too many values
 */
export function documentValues(body: Buffer, tree: PathTree, count: number): readonly FieldValues[] {
  const found: Found = new Array(count).fill(NOTHING);
  walk(JsonReader.ofStored(body), tree, found, body);
  return found;
}

function walk(reader: JsonReader, tree: PathTree, found: Found, body: Buffer): void {
  switch (reader.kind()) {
    case 'object':
      walkObject(reader, tree, found, body);
      return;
    case 'array':
      walkArray(reader, tree, found, body);
      return;
    default:
      scalar(reader, tree, found);
  }
}

/** Its elements are values of the same paths; only a count is that of the array itself. */
function walkArray(reader: JsonReader, tree: PathTree, found: Found, body: Buffer): void {
  const counts = LENGTH_NAMES.flatMap((name) => tree.members.get(name)?.sizes ?? []);
  const before = counts.map((at) => found[at]?.length ?? 0);
  let size = 0;
  for (const _ of reader.elements()) {
    size++;
    walk(reader, tree, found, body);
  }
  counts.forEach((at, n) => {
    const values = found[at];
    if (values !== undefined && values !== NOTHING) values.splice(before[n] ?? 0);
  });
  count(tree, found, size, 'sizes');
}

function walkObject(reader: JsonReader, tree: PathTree, found: Found, body: Buffer): void {
  const start = reader.position;
  if (tree.members.size === 0) {
    const json = reader.skip().toString('utf8');
    for (const at of tree.ends) add(found, at, { json });
    return;
  }
  let memberCount = 0;
  for (const name of reader.fields()) {
    memberCount++;
    const below = tree.members.get(name);
    if (below !== undefined) walk(reader, below, found, body);
  }
  if (tree.ends.length > 0) {
    const json = body.toString('utf8', start, reader.position).trimEnd();
    for (const at of tree.ends) add(found, at, { json });
  }
  count(tree, found, memberCount, 'ends');
}

function scalar(reader: JsonReader, tree: PathTree, found: Found): void {
  const value = readScalar(reader);
  for (const at of tree.ends) add(found, at, value);
  if (typeof value === 'string') count(tree, found, value.length, 'ends');
}

function readScalar(reader: JsonReader): IndexValue {
  switch (reader.kind()) {
    case 'string':
      return reader.readString();
    case 'number':
      return numberValue(reader.skip().toString('latin1'));
    case 'boolean':
      return reader.skip()[0] === 0x74;
    default:
      reader.pass();
      return null;
  }
}

const LENGTH_NAMES: readonly string[] = ['Length', 'length', 'Count'];

/** `Name.Length`, `Tags.Count`: a number, unless the object has a member of that name. */
function count(tree: PathTree, found: Found, size: number, of: 'ends' | 'sizes'): void {
  for (const name of LENGTH_NAMES) {
    const below = tree.members.get(name);
    if (below === undefined) continue;
    for (const at of below[of]) if (found[at]?.length === 0) add(found, at, size);
  }
}

function add(found: Found, at: number, value: IndexValue): void {
  const values = found[at];
  if (values === undefined) return;
  if (values === NOTHING) {
    found[at] = [value];
    return;
  }
  if (values.length >= FIELD_VALUES_MAX) {
    throw new IndexingError(`A field has more than ${FIELD_VALUES_MAX} values.`);
  }
  values.push(value);
}
