import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECONNECT_DELAY_MAX_MS, RECONNECT_DELAY_MS, STREAM_LIMITS } from '../../node/replication/limits.ts';
import { reconnectDelayMs } from '../../node/replication/reconnect-delay.ts';
import {
  decodeMessage,
  encodeMessage,
  type ReplicationMessage,
} from '../../node/replication/replication-message.ts';
import { SendWindow } from '../../node/replication/send-window.ts';
import { cleanableTombstoneEtag, StableEtag } from '../../node/replication/tombstone-hold.ts';

describe('the window of batches in flight', () => {
  const limits = { ...STREAM_LIMITS, windowBatches: 2, windowBytes: 100 };

  it('is full at its number of batches or bytes, and opens as they are acknowledged', () => {
    const window = new SendWindow(10, 10, limits);
    window.sent(20, 15, 60);
    expect(window.hasRoom).toBe(true);
    window.sent(30, 30, 50);
    expect(window.hasRoom).toBe(false);
    window.acknowledged(1);
    expect(window.hasRoom).toBe(true);
    expect([window.acceptedEtag, window.resumeEtag, window.sentEtag]).toEqual([20, 15, 30]);
  });

  it('takes older news and news of more than was sent without harm', () => {
    const window = new SendWindow(0, 0, limits);
    window.sent(5, 5, 1);
    window.acknowledged(7);
    window.acknowledged(0);
    expect([window.isEmpty, window.acceptedEtag]).toEqual([true, 5]);
  });
});

describe('the pause before a reconnection', () => {
  it('grows with the failures, stays within its bounds and is spread', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          const delay = reconnectDelayMs(failures, random);
          expect(delay).toBeGreaterThanOrEqual(RECONNECT_DELAY_MS / 2);
          expect(delay).toBeLessThanOrEqual(RECONNECT_DELAY_MAX_MS);
          expect(reconnectDelayMs(failures + 1, random)).toBeGreaterThanOrEqual(delay);
        },
      ),
    );
  });
});

describe('messages', () => {
  it('come back as they went', () => {
    const messages: ReplicationMessage[] = [
      {
        type: 'batch',
        from: 1,
        to: 2 ** 40,
        resume: 1,
        hasMore: true,
        claim: 'A:1-x',
        isWholeClaim: false,
        itemCount: 0,
        items: Buffer.from([0x90]),
      },
      { type: 'ping' },
      {
        type: 'state',
        databaseId: 'id',
        nodeTag: 'A',
        acceptedBatches: 3,
        acceptedEtag: 4,
        resumeEtag: 4,
        changeVector: '',
        lastEtag: 9,
        sources: new Map([['id', 7]]),
      },
      { type: 'refusal', message: 'no' },
    ];
    for (const message of messages) expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  it('are refused with the reason when they are damaged', () => {
    expect(() => decodeMessage(Buffer.from([0x91, 0x63]))).toThrow(/Unknown replication message 99/);
    expect(() => decodeMessage(Buffer.from([0x92, 0x01, 0xa0]))).toThrow(/is not an etag/);
    expect(() => decodeMessage(Buffer.from([0xc1]))).toThrow(/could not be read|not an array/);
  });
});

describe('tombstones', () => {
  it('may go up to the least that any member of the group allows', () => {
    expect(cleanableTombstoneEtag([{ stableEtag: 9, unclaimedEtag: 0 }])).toBe(9);
    const members = [
      { stableEtag: 9, unclaimedEtag: 5 },
      { stableEtag: 8, unclaimedEtag: 0 },
    ];
    expect(cleanableTombstoneEtag(members)).toBe(4);
    expect(cleanableTombstoneEtag([...members, { stableEtag: 0, unclaimedEtag: 0 }])).toBe(0);
  });

  it('wait until what a member wrote before it had them is here', () => {
    const stable = new StableEtag();
    stable.observe(10, 77);
    expect(stable.reached(76)).toBe(0);
    stable.observe(20, 90);
    expect(stable.reached(77)).toBe(10);
    stable.reset();
    expect(stable.reached(1000)).toBe(0);
  });
});
