import { expect, it } from 'vitest';
import { ASKED_LATELY_MS, MERGE_PAUSE_MS } from '../../node/index-thread/limits.ts';
import { MergePace } from '../../node/index-thread/merge-pace.ts';

it('blocks are merged without a pause as long as nobody asks', () => {
  const pace = new MergePace();
  expect(pace.pauseMs(0)).toBe(0);
  pace.merged(10);
  expect(pace.pauseMs(10)).toBe(0);
});

it('between two turns of it there is a pause while queries come, and none soon after the last one', () => {
  const pace = new MergePace();
  pace.asked(100);
  expect(pace.pauseMs(100)).toBe(0);
  pace.merged(101);
  expect(pace.pauseMs(102)).toBe(MERGE_PAUSE_MS - 1);
  expect(pace.pauseMs(100 + ASKED_LATELY_MS)).toBe(0);
  // However many come, it goes on.
  pace.asked(101 + MERGE_PAUSE_MS);
  expect(pace.pauseMs(101 + MERGE_PAUSE_MS)).toBe(0);
});
