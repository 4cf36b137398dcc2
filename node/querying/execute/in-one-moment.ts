import type { LocalIndex } from '../../indexing/local/local-index.ts';
import type { QueryWatch } from './query-watch.ts';

/**
 * Runs steps that read an index so that all of them see it at one moment. When it is written in a pause they begin again,
 * and then it is not written before they are done.
 *
 * @param begin has no effects; is called once or twice
 */
export function* inOneMoment<Result>(
  index: LocalIndex,
  watch: QueryWatch | undefined,
  begin: () => Generator<void, Result>,
): Generator<void, Result> {
  const { state } = index;
  const steps = begin();
  try {
    while (index.state === state) {
      const { done, value } = steps.next();
      if (done === true) return value;
      yield;
    }
  } finally {
    steps.return(undefined as never);
  }
  const release = index.holdWrites();
  try {
    watch?.restart();
    return yield* begin();
  } finally {
    release();
  }
}
