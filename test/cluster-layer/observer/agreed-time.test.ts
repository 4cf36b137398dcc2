import { describe, expect, it } from 'vitest';
import type { NodeReport } from '../../../node/cluster/node-report.ts';
import { agreedWallMs } from '../../../node/cluster/observer/agreed-time.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 500;

/** Reports with these wall clocks, so long ago. */
const reports = (...told: readonly (readonly [wallMs: number | undefined, ageMs?: number])[]): NodeReport[] =>
  told.map(([wallMs, ageMs = 0], at) => ({
    tag: String.fromCharCode(65 + at),
    receivedAtMs: NOW_MS - ageMs,
    appliedIndex: 1,
    databases: new Map(),
    ...(wallMs === undefined ? {} : { wallMs }),
  }));

describe('the time that most nodes agree on', () => {
  it.each<[what: string, told: NodeReport[], wallMs: number | null, nodes?: number]>([
    ['unknown, where nobody has told', [], null, 1],
    ['unknown, where nobody tells it', reports([undefined], [undefined]), null],
    ['unknown, while one of three has told', reports([1_000 + HOUR_MS]), null, 3],
    ['unknown, while half of them have told', reports([1_000], [1_000]), null, 4],
    ['told by two of three', reports([1_000 + HOUR_MS], [1_000]), 1_000, 3],
    ['the middle one, whoever is ahead', reports([1_000], [1_001], [1_000 + HOUR_MS]), 1_001],
    ['the middle one, whoever is behind', reports([1_000 - HOUR_MS], [1_000], [1_001]), 1_000],
    ['as much later as reports are old', reports([900, 100], [700, 300], [1_003]), 1_000],
    ['the earlier one of two', reports([1_000 + HOUR_MS], [1_000]), 1_000],
    ['of those that tell it', reports([undefined], [1_000], [1_001], [2_000]), 1_001],
    ['without what is no time', reports([Number.POSITIVE_INFINITY], [Number.NaN], [1e300], [7]), 7, 1],
  ])('is %s', (_, told, wallMs, nodes = told.length) => {
    expect(agreedWallMs(told, nodes, NOW_MS)).toBe(wallMs);
  });
});
