import type { IndexField } from '../../indexing/definitions/index-field.ts';
import { dimensionsOf } from '../../vectors/read-vectors.ts';
import { type Similarity, similarityTo } from '../../vectors/similarity.ts';
import type { VectorOptions } from '../../vectors/vector-options.ts';
import type { Predicate } from '../plan/predicate.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { SearchedIndex } from './evaluate.ts';
import { vectorsOfField } from './kept-vectors.ts';
import { VECTOR_SEARCH_MS_MAX } from './limits.ts';

type VectorPredicate = Extract<Predicate, { kind: 'vector' }>;

/** Entries with how alike they are to what is asked for, from 0 to 1. */
export type NearestEntries = ReadonlyMap<number, number>;

const NOTHING: NearestEntries = new Map();

/** A condition is asked for its entries and for their scores: the vectors are looked at once. */
const FOUND = new WeakMap<VectorPredicate, { readonly state: object; readonly nearest: NearestEntries }>();

/** The entries nearest to what a vector search asks for; exactly, since every vector of the field is compared. */
export function nearestEntries(predicate: VectorPredicate, index: SearchedIndex): NearestEntries {
  const known = FOUND.get(predicate);
  if (known?.state === index.state) return known.nearest;
  const nearest = find(predicate, index);
  FOUND.set(predicate, { state: index.state, nearest });
  return nearest;
}

function find(predicate: VectorPredicate, index: SearchedIndex): NearestEntries {
  const field = index.fields.get(predicate.field);
  if (field === undefined) {
    const refusal = index.unknownField(predicate.field);
    if (refusal !== undefined) throw refusal;
    return NOTHING;
  }
  if (field.vector === undefined) return NOTHING;
  const asked = askedBytes(predicate, field, field.vector, index);
  if (asked.length === 0) return NOTHING;
  const best = new BestEntries(predicate.minimum, predicate.candidates ?? Number.POSITIVE_INFINITY);
  compareAll(asked, field, field.vector, index, best);
  return best.all;
}

function askedBytes(
  { asked }: VectorPredicate,
  { id }: IndexField,
  options: VectorOptions,
  { reader }: SearchedIndex,
): readonly Buffer[] {
  if (asked.kind === 'given') return asked.read(options);
  return reader.vectorsOf(id, reader.entriesOf(asked.id.toLowerCase()));
}

/** Collects entries that are alike enough, and of those the best ones: never many more than are wanted. */
class BestEntries {
  readonly #count: number;
  #minimum: number;
  readonly #found: (readonly [entry: number, similarity: number])[] = [];

  constructor(minimum: number, count: number) {
    this.#minimum = minimum;
    this.#count = count;
  }

  add(entry: number, similarity: number): void {
    if (similarity < this.#minimum) return;
    this.#found.push([entry, similarity]);
    if (this.#found.length < this.#count * 2 + KEPT_MIN) return;
    this.#cut();
    this.#minimum = this.#found.at(-1)?.[1] ?? this.#minimum;
  }

  get all(): NearestEntries {
    this.#cut();
    return new Map(this.#found);
  }

  /** The most alike first, of equal ones the earlier entry. */
  #cut(): void {
    this.#found.sort(([a, x], [b, y]) => y - x || a - b);
    this.#found.length = Math.min(this.#found.length, this.#count);
  }
}

/** Sorting a few now and then costs less than keeping them sorted. */
const KEPT_MIN = 1024;

/** Every entry with vectors of as many dimensions, by the best of its vectors. */
function compareAll(
  asked: readonly Buffer[],
  { id, name }: IndexField,
  { destination }: VectorOptions,
  { reader, state }: SearchedIndex,
  into: BestEntries,
): void {
  const similarities = asked.map((bytes) => similarityTo(bytes, destination));
  const until = performance.now() + VECTOR_SEARCH_MS_MAX;
  let isCompared = false;
  let otherBytes: number | undefined;
  for (const [entry, vectors] of vectorsOfField(id, state, () => reader.vectors(id))) {
    let best: number | undefined;
    for (const bytes of vectors) {
      const similarity = bestOf(similarities, bytes);
      if (similarity === undefined) otherBytes ??= bytes.length;
      else best = Math.max(best ?? 0, similarity);
    }
    if (best !== undefined) {
      isCompared = true;
      into.add(entry, best);
    }
    if (performance.now() > until) {
      throw new InvalidQueryError(
        `Comparing the vectors of '${name}' takes more than ${VECTOR_SEARCH_MS_MAX} ms: keep fewer or smaller ones, by embedding.f32_i8() or embedding.f32_i1()`,
      );
    }
  }
  const [first] = asked;
  if (!isCompared && otherBytes !== undefined && first !== undefined) {
    throw new InvalidQueryError(
      `Vector field '${name}' has ${dimensionsOf(otherBytes, destination)} dimensions, but the vector passed to vector.search() has ${dimensionsOf(first.length, destination)} dimensions.`,
    );
  }
}

function bestOf(similarities: readonly Similarity[], bytes: Buffer): number | undefined {
  let best: number | undefined;
  for (const similarity of similarities) {
    const own = similarity(bytes);
    if (own !== undefined) best = Math.max(best ?? 0, own);
  }
  return best;
}
