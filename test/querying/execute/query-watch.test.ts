import { describe, expect, it } from 'vitest';
import { QUERY_MS_MAX, QUERY_TURN_MS } from '../../../node/querying/execute/limits.ts';
import { QueryWatch } from '../../../node/querying/execute/query-watch.ts';
import { QueryKilledError, SlowQueryError } from '../../../node/querying/query-error.ts';

let nowMs = 0;
let isKilled = false;

function watch(): QueryWatch {
  nowMs = 1000;
  isKilled = false;
  return new QueryWatch(
    () => isKilled,
    () => nowMs,
  );
}

describe('the watch of a query', () => {
  it('lets it run until all of its turns together have taken too long', () => {
    const query = watch();
    for (let turn = 0; turn < 3; turn++) {
      nowMs += QUERY_MS_MAX / 3;
      query.check();
      query.pause();
      // The turns of others don't count.
      nowMs += QUERY_MS_MAX;
      query.resume();
      query.check();
    }
    nowMs += 1;
    expect(query.check).toThrow(SlowQueryError);
    query.restart();
    query.check();
  });

  it('ends its turns', () => {
    const query = watch();
    nowMs += QUERY_TURN_MS;
    expect(query.isTurnOver).toBe(false);
    nowMs += 1;
    expect(query.isTurnOver).toBe(true);
    query.pause();
    query.resume();
    expect(query.isTurnOver).toBe(false);
  });

  it('ends it as soon as it is killed', () => {
    const query = watch();
    query.check();
    isKilled = true;
    expect(query.check).toThrow(QueryKilledError);
  });
});
