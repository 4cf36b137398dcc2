import { describe, expect, it } from 'vitest';
import { EventLedger } from '../../../../../operator/platform/kubernetes/api/event-series.ts';
import {
  EVENT_BURST,
  EVENT_REFILL_MS,
  EVENT_SERIES_GAP_MS,
  EVENT_SERIES_WRITE_MS,
} from '../../../../../operator/platform/kubernetes/api/limits.ts';

describe('the ledger of events', () => {
  it('writes the first of a series, and counts the others now and then', () => {
    const ledger = new EventLedger();
    const first = ledger.happened('x', 'a', 0);
    expect(first).toMatchObject({ type: 'Create', series: { count: 1 } });
    expect(ledger.happened('x', 'a', 100)).toMatchObject({
      type: 'Count',
      delayMs: EVENT_SERIES_WRITE_MS - 100,
      series: { count: 2 },
    });
    expect(ledger.happened('x', 'a', 200)).toEqual({ type: 'Wait' });
    expect(first.type === 'Create' && first.series.count).toBe(3);
  });

  it('begins a new series after a long rest', () => {
    const ledger = new EventLedger();
    ledger.happened('x', 'a', 0);
    expect(ledger.happened('x', 'a', EVENT_SERIES_GAP_MS).type).toBe('Create');
  });

  it('drops what one object has too much of, and leaves the others alone', () => {
    const ledger = new EventLedger();
    const types = Array.from({ length: EVENT_BURST + 5 }, (_, i) => ledger.happened(`x${i}`, 'a', 0).type);
    expect(types.filter((type) => type === 'Create')).toHaveLength(EVENT_BURST);
    expect(types.at(-1)).toBe('Drop');
    expect(ledger.happened('y', 'b', 0).type).toBe('Create');
    expect(ledger.happened('z', 'a', EVENT_REFILL_MS).type).toBe('Create');
  });
});
