import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Compaction } from '../../../node/rachis/driver/compaction.ts';
import { COMPACT_AFTER_BYTES, COMPACT_AFTER_ENTRIES, COMPACT_AFTER_MS } from '../../../node/rachis/limits.ts';
import type { RaftLogFiles } from '../../../node/rachis/log/raft-log-files.ts';
import { emptyDisk, ListStateMachine } from './list-state-machine.ts';

describe('the log is compacted', () => {
  let bytes: number;
  let compactedAt: number[];
  let compaction: Compaction;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    bytes = 0;
    compactedAt = [];
    const log = {
      get byteLength() {
        return bytes;
      },
    };
    compaction = new Compaction(new ListStateMachine(emptyDisk()), log as RaftLogFiles);
  });
  afterEach(() => void vi.useRealTimers());

  const applied = (index: number) =>
    compaction.consider(index, () => {
      compactedAt.push(index);
      return null;
    });

  it('after so many entries', async () => {
    await applied(COMPACT_AFTER_ENTRIES - 1);
    await applied(COMPACT_AFTER_ENTRIES);
    await applied(2 * COMPACT_AFTER_ENTRIES - 1);
    expect(compactedAt).toEqual([COMPACT_AFTER_ENTRIES]);
  });

  it('after so many bytes, however few the entries', async () => {
    bytes = COMPACT_AFTER_BYTES - 1;
    await applied(1);
    bytes++;
    await applied(2);
    bytes++;
    await applied(3);
    expect(compactedAt).toEqual([2]);
  });

  it('after some time, however little there is', async () => {
    vi.advanceTimersByTime(COMPACT_AFTER_MS - 1);
    await applied(1);
    vi.advanceTimersByTime(1);
    await applied(2);
    vi.advanceTimersByTime(COMPACT_AFTER_MS / 2);
    await applied(3);
    expect(compactedAt).toEqual([2]);
  });
});
