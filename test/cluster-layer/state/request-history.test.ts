import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOG_TIME_STEP_MAX_MS } from '../../../node/cluster/limits.ts';
import { ClusterState } from '../../../node/cluster/state/cluster-state.ts';
import { RequestHistory, rememberedRequests } from '../../../node/cluster/state/request-history.ts';
import { LOG_TIME } from '../../../node/cluster/state/state-keys.ts';
import { Machine } from './machine.ts';

const LIMITS = { untimedMax: 4, countMax: 8, keptMin: 2, rememberedMs: 100, forgottenAtOnce: 3 };

/** A history and the state that it is a part of. */
class Replica {
  readonly state: ClusterState;
  readonly history: RequestHistory;
  #index = 0;

  constructor(from?: Replica) {
    this.state = new ClusterState(from?.state.snapshot() ?? []);
    this.history = new RequestHistory(this.state, LIMITS);
    this.#index = from === undefined ? 0 : from.#index;
  }

  run(id: string): void {
    if (this.history.find(id) !== undefined) return;
    const outcome = { result: this.#index };
    this.state.apply(this.history.remember(this.state, ++this.#index, { id, outcome }));
  }

  timeGoesTo(logTimeMs: number): void {
    this.state.apply([[LOG_TIME, logTimeMs]]);
    this.state.apply(this.history.forgetUntil(logTimeMs));
  }

  get ids(): readonly string[] {
    return rememberedRequests(this.state, 100).map(({ id }) => id);
  }
}

describe('RequestHistory', () => {
  it('keeps as many as earlier programs did until the log has a time, and more from then on', () => {
    const replica = new Replica();
    for (const id of ['a', 'b', 'c', 'd', 'e']) replica.run(id);
    expect(replica.ids).toEqual(['b', 'c', 'd', 'e']);
    replica.timeGoesTo(0);
    for (const id of ['f', 'g', 'h', 'i', 'j']) replica.run(id);
    expect(replica.ids).toEqual(['c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
    expect(replica.history.find('b')).toBeUndefined();
  });

  it('forgets by the time of the log, a few at once, and never the last ones', () => {
    const replica = new Replica();
    replica.timeGoesTo(0);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) replica.run(id);
    replica.timeGoesTo(50);
    replica.run('g');
    replica.timeGoesTo(99);
    expect(replica.ids).toHaveLength(7);
    replica.timeGoesTo(100);
    expect(replica.ids).toEqual(['d', 'e', 'f', 'g']);
    replica.timeGoesTo(101);
    expect(replica.ids).toEqual(['f', 'g']);
    replica.timeGoesTo(100_000);
    expect(replica.ids).toEqual(['f', 'g']);
    expect(replica.history.find('g')).toEqual({ result: 6 });
    expect(replica.history.find('a')).toBeUndefined();
  });

  it('is the same for a node that was there all the time and for one that starts from a snapshot anywhere', () => {
    const step = fc.oneof(
      fc.record({ id: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ passedMs: fc.integer({ min: 0, max: 120 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, cut) => {
        const replica = new Replica();
        let late: Replica | null = null;
        let nowMs = 0;
        for (const [at, next] of steps.entries()) {
          if (at === cut) late = new Replica(replica);
          if ('passedMs' in next) nowMs += next.passedMs;
          for (const one of [replica, late]) {
            if ('id' in next) one?.run(`r${next.id}`);
            else one?.timeGoesTo(nowMs);
          }
        }
        expect(replica.ids.length).toBeLessThanOrEqual(LIMITS.countMax);
        for (const id of replica.ids) expect(replica.history.find(id)).toBeDefined();
        if (late !== null) expect(late.state.snapshot()).toEqual(replica.state.snapshot());
      }),
      { numRuns: 200 },
    );
  });
});

describe('the time of the log', () => {
  const machine = new Machine();
  const advance = (from: number, to: number) => machine.apply({ type: 'AdvanceLogTime', from, to });
  const time = () => machine.reader.get(LOG_TIME);

  it('is there from the first step, goes on only from where it stands, and not far at once', () => {
    expect(time()).toBeUndefined();
    advance(0, 0);
    expect(time()).toBe(0);
    advance(0, 10);
    // The same command a second time, and that of a leader that was deposed.
    advance(0, 10);
    advance(5, 4000);
    expect(time()).toBe(10);
    advance(10, 1e12);
    expect(time()).toBe(10 + LOG_TIME_STEP_MAX_MS);
  });

  it.each([
    [0, Number.NaN],
    [10, 5],
    [0, Number.POSITIVE_INFINITY],
  ])('does not go from %d to %d', (from, to) => {
    const before = machine.image;
    expect(advance(from, to)).toBe('ClusterError');
    expect(machine.image).toBe(before);
  });
});
