/** Fewer than this part of all are wanted: then they are picked out, and the others are not sorted. */
const PICKED_PART = 4;

/**
 * Different numbers, ascending. Takes the array over.
 *
 * @param wanted how many will be taken, as far as one knows: more cost a second sorting
 */
export function* leastFirst(numbers: Float64Array, wanted: number): Generator<number> {
  let given = 0;
  if (wanted > 0 && wanted < numbers.length / PICKED_PART) {
    const least = pickLeast(numbers, wanted);
    given = least.length;
    yield* least;
  }
  const sorted = numbers.sort();
  for (let at = given; at < sorted.length; at++) yield sorted[at] as number;
}

/** The least so many, ascending: a heap with the greatest of them on top lets only lesser ones in. */
function pickLeast(numbers: Float64Array, count: number): Float64Array {
  const heap = numbers.slice(0, count).sort().reverse();
  for (let at = count; at < numbers.length; at++) {
    const number = numbers[at] as number;
    if (number < (heap[0] as number)) replaceTop(heap, number);
  }
  return heap.sort();
}

function replaceTop(heap: Float64Array, number: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) > (heap[child] as number)) child++;
    if ((heap[child] as number) <= number) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = number;
}

/**
 * Positions of numbers, the least first; of equal ones in their order.
 *
 * @param wanted how many will be taken, as far as one knows
 */
export function* leastPositions(numbers: Float64Array, wanted: number): Generator<number> {
  const order = (a: number, b: number): number => (numbers[a] as number) - (numbers[b] as number) || a - b;
  let given = 0;
  if (wanted > 0 && wanted < numbers.length / PICKED_PART) {
    const least = pickPositions(numbers, wanted, order);
    given = least.length;
    yield* least;
  }
  const sorted = Uint32Array.from(numbers.keys()).sort(order);
  for (let at = given; at < sorted.length; at++) yield sorted[at] as number;
}

/** As `pickLeast`. A later position comes before the top only with a lesser number. */
function pickPositions(
  numbers: Float64Array,
  count: number,
  order: (a: number, b: number) => number,
): Uint32Array {
  const heap = Uint32Array.from({ length: count }, (_, at) => at).sort((a, b) => order(b, a));
  let most = numbers[heap[0] as number] as number;
  for (let position = count; position < numbers.length; position++) {
    if ((numbers[position] as number) >= most) continue;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      if (child + 1 < count && order(heap[child + 1] as number, heap[child] as number) > 0) child++;
      if (order(heap[child] as number, position) <= 0) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = position;
    most = numbers[heap[0] as number] as number;
  }
  return heap.sort(order);
}
