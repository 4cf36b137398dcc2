import { describe, expect, it } from 'vitest';
import { parseChangeVector } from '../../node/documents/change-vector.ts';
import type { SourceItem } from '../../node/replication/batch-collector.ts';
import { DestinationSources } from '../../node/replication/destination-sources.ts';
import { type DestinationView, includedEtags, routeOf } from '../../node/replication/item-route.ts';
import { LeftRelays } from '../../node/replication/left-relays.ts';
import { CLAIM_PATIENCE_MS, RELAY_PATIENCE_MS } from '../../node/replication/limits.ts';

const idOf = (tag: string) => tag.padEnd(22, 'x');
const vector = (text: string) =>
  text.replace(/([A-Z]):(\d+)/g, (_, tag, etag) => `${tag}:${etag}-${idOf(tag)}`);

function item(etag: number, changeVector: string, more: Partial<SourceItem> = {}): SourceItem {
  return {
    etag,
    transaction: etag,
    changeVector: vector(changeVector),
    isMergedTwin: false,
    isAlwaysSent: false,
    isOwnOnly: false,
    load: () => {
      throw new Error('not needed');
    },
    ...more,
  };
}

/** The destination is D, this database is B. */
function destination(changeVector: string, sources: readonly string[], now = 0): DestinationView {
  return {
    databaseId: idOf('D'),
    included: includedEtags(vector(changeVector)),
    sources: DestinationSources.none.updated(new Map(sources.map((tag) => [idOf(tag), 1])), now),
  };
}

const route = (each: SourceItem, view: DestinationView) => routeOf(each, idOf('B'), view);

describe('the way of an item to a destination', () => {
  it('is from here when it was written here and the destination lacks it', () => {
    expect(route(item(9, 'B:9'), destination('', ['A']))).toBe('send');
    expect(route(item(9, 'B:9'), destination('B:9', ['A']))).toBe('skip');
  });

  it('is its writer when the writer is connected to the destination', () => {
    expect(route(item(9, 'A:5'), destination('', []))).toBe('send');
    const way = route(item(9, 'A:5, B:3'), destination('', ['A']));
    expect(way).toEqual({ pending: parseChangeVector(vector('A:5')), ownEtag: 3 });
  });

  it('is none when the destination wrote it, or has it', () => {
    expect(route(item(9, 'D:5'), destination('', []))).toBe('skip');
    expect(route(item(9, 'A:5, B:3'), destination('A:5', []))).toBe('skip');
  });

  it('is always from here for what the vector says nothing about', () => {
    expect(route(item(9, 'A:5', { isAlwaysSent: true }), destination('A:5', ['A']))).toBe('send');
    expect(route(item(9, 'A:5, B:3', { isMergedTwin: true }), destination('A:5', ['A']))).toBe('send');
  });
});

describe('items left to their writers', () => {
  const left = (etag: number, changeVector: string, ownEtag = 0) => ({
    etag,
    pending: parseChangeVector(vector(changeVector)),
    ownEtag,
  });

  it('are forgotten in order as the destination comes to include them', () => {
    const relays = new LeftRelays(10);
    relays.add([left(3, 'A:1'), left(4, 'A:2')], 0);
    expect(relays.forgetIncluded(destination('A:1', ['A']))).toBeNull();
    expect(relays.firstEtag).toBe(4);
    relays.forgetIncluded(destination('A:2', ['A']));
    expect(relays.isEmpty).toBe(true);
  });

  it('are scanned again from the first that was not remembered', () => {
    const relays = new LeftRelays(1);
    relays.add([left(3, 'A:1'), left(4, 'A:2'), left(5, 'A:3')], 0);
    expect(relays.forgetIncluded(destination('A:1', ['A']))).toBe(4);
    expect(relays.isEmpty).toBe(true);
  });

  it('are sent when their writers have sent them long ago and may not claim them, although they make progress', () => {
    const relays = new LeftRelays(10);
    const view = (accepted: number, now: number, changeVector = 'A:4'): DestinationView => ({
      ...destination(changeVector, []),
      sources: DestinationSources.none.updated(new Map([[idOf('A'), accepted]]), now),
    });
    // What was left came with our own latest writes, and new items come all the time.
    for (let at = 0; at <= RELAY_PATIENCE_MS; at += 1_000)
      relays.add([left(at + 3, `A:${at + 5}`, at + 1)], at);
    const now = RELAY_PATIENCE_MS + 500;
    expect(relays.isImpatient(view(4, now), now)).toBe(false);
    const newest = RELAY_PATIENCE_MS + 5;
    const [first, later] = [now + 1_000, now + 1_000 + CLAIM_PATIENCE_MS];
    // All that was left long ago is sent; its claim may be on its way.
    expect(relays.isImpatient(view(newest, first), first)).toBe(false);
    expect(relays.isImpatient(view(newest, later - 1), later - 1)).toBe(false);
    expect(relays.isImpatient(view(newest, later), later)).toBe(true);
  });

  it('are waited for while their writers are still sending what was left long ago', () => {
    const relays = new LeftRelays(10);
    relays.add([left(3, 'A:5'), left(4, 'A:900')], 0);
    for (let now = RELAY_PATIENCE_MS; now < 10 * RELAY_PATIENCE_MS; now += CLAIM_PATIENCE_MS) {
      const sources = DestinationSources.none.updated(new Map([[idOf('A'), 10 + now / 1_000]]), now);
      expect(relays.isImpatient({ ...destination('', []), sources }, now)).toBe(false);
    }
  });

  it('are waited for anew when one of them has arrived', () => {
    const relays = new LeftRelays(10);
    relays.add([left(3, 'A:5'), left(4, 'A:6')], 0);
    const view = (changeVector: string, now: number): DestinationView => ({
      ...destination(changeVector, []),
      sources: DestinationSources.none.updated(new Map([[idOf('A'), 6]]), now),
    });
    const now = RELAY_PATIENCE_MS;
    expect(relays.isImpatient(view('A:4', now), now)).toBe(false);
    relays.forgetIncluded(view('A:5', now));
    const later = now + CLAIM_PATIENCE_MS;
    expect(relays.isImpatient(view('A:5', later), later)).toBe(false);
    expect(relays.isImpatient(view('A:5', later), later + CLAIM_PATIENCE_MS)).toBe(true);
  });

  it('are sent when the writer is gone, or makes no progress for too long', () => {
    const relays = new LeftRelays(10);
    relays.add([left(3, 'A:1')], 0);
    expect(relays.isImpatient(destination('', ['A']), RELAY_PATIENCE_MS - 1)).toBe(false);
    expect(relays.isImpatient(destination('', []), 1)).toBe(true);
    expect(relays.isImpatient(destination('', ['A']), RELAY_PATIENCE_MS)).toBe(true);
    expect(relays.isImpatient(destination('', ['A'], 500), RELAY_PATIENCE_MS)).toBe(false);
  });

  it('forbid the claim that all own writes are there while they stand for some of them', () => {
    const relays = new LeftRelays(10);
    relays.add([left(3, 'A:1')], 0);
    expect(relays.isOwnClaimTrue(0)).toBe(true);
    relays.add([left(4, 'A:2', 7)], 0);
    expect(relays.isOwnClaimTrue(6)).toBe(false);
    expect(relays.isOwnClaimTrue(7)).toBe(true);
  });
});
