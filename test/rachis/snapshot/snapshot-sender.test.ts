import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  SNAPSHOT_RESEND_MS,
  SNAPSHOT_STALL_MS,
  SNAPSHOT_WINDOW_CHUNKS,
} from '../../../node/rachis/limits.ts';
import { SnapshotSender } from '../../../node/rachis/snapshot/snapshot-sender.ts';
import type { SnapshotChunk } from '../../../node/rachis/transport/link-frame.ts';

const CHUNK_BYTES = 1000;
const metadata = {
  index: 10,
  term: 2,
  configuration: { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' },
};

describe('the sender of snapshots', () => {
  let sent: SnapshotChunk[];
  let queuedBytes: number;
  let outcome: boolean | null;
  let isClosed: boolean;
  let sender: SnapshotSender;

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
    sent = [];
    queuedBytes = 0;
    outcome = null;
    isClosed = false;
  });
  afterEach(() => {
    sender.finish(false);
    vi.useRealTimers();
  });

  function start(chunks: number, bytesPerSecond: number): void {
    sender = new SnapshotSender({
      transfer: 1,
      source: {
        index: 10,
        chunks: () => Array.from({ length: chunks }, () => Buffer.alloc(CHUNK_BYTES)),
        close: () => {
          isClosed = true;
        },
      },
      metadata,
      term: 2,
      bytesPerSecond,
      connection: () => ({
        get queuedBytes() {
          return queuedBytes;
        },
        send: (chunk) => sent.push(chunk) > 0,
      }),
      onDone: (isSent) => {
        outcome = isSent;
      },
    });
  }

  const acknowledge = (next: number) => sender.acknowledged({ kind: 'ack', transfer: 1, next });

  it('has no more on the way than its window', () => {
    start(100, 1e9);
    expect(sent).toHaveLength(SNAPSHOT_WINDOW_CHUNKS);
    acknowledge(3);
    expect(sent).toHaveLength(SNAPSHOT_WINDOW_CHUNKS + 3);
  });

  it('sends no faster than its rate, however fast it is answered', () => {
    start(100, 10 * CHUNK_BYTES);
    for (let second = 1; second <= 5; second++) {
      for (let i = 0; i < 100; i++) {
        acknowledge(sent.length);
        vi.advanceTimersByTime(10);
      }
      expect(sent.length).toBeGreaterThan(9 * second);
      expect(sent.length).toBeLessThan(12 * second);
    }
  });

  it('sends what got lost once more, but not what only waits to be sent', () => {
    start(100, 1e9);
    queuedBytes = 1;
    vi.advanceTimersByTime(3 * SNAPSHOT_RESEND_MS);
    expect(sent).toHaveLength(SNAPSHOT_WINDOW_CHUNKS);
    queuedBytes = 0;
    vi.advanceTimersByTime(SNAPSHOT_RESEND_MS);
    expect(sent.slice(SNAPSHOT_WINDOW_CHUNKS)).toEqual(sent.slice(0, SNAPSHOT_WINDOW_CHUNKS));
  });

  it('gives up a peer that acknowledges no chunk for too long, and lets go of what it holds', () => {
    start(100, 1e9);
    vi.advanceTimersByTime(SNAPSHOT_STALL_MS - SNAPSHOT_RESEND_MS);
    acknowledge(1);
    vi.advanceTimersByTime(SNAPSHOT_STALL_MS);
    expect(outcome).toBeNull();
    vi.advanceTimersByTime(2 * SNAPSHOT_RESEND_MS);
    expect(outcome).toBe(false);
    expect(isClosed).toBe(true);
  });
});
