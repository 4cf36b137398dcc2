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
