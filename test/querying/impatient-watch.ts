import { QueryWatch } from '../../node/querying/execute/query-watch.ts';

/** The watch of a query whose turn is over whenever it looks. */
export function impatientWatch(): QueryWatch {
  let timeMs = 0;
  return new QueryWatch(
    () => false,
    () => {
      timeMs += 60;
      return timeMs;
    },
  );
}
