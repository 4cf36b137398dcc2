import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KubeError } from '../../../../../operator/platform/kubernetes/api/kube-error.ts';
import { WATCH_EVENT_BYTES_MAX } from '../../../../../operator/platform/kubernetes/api/limits.ts';
import {
  type WatchEvent,
  watchEvents,
} from '../../../../../operator/platform/kubernetes/api/watch-stream.ts';

const event = (type: string, name: string) => ({
  type,
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name, resourceVersion: '1' } },
});

async function eventsOf(parts: readonly Uint8Array[]): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  const body = (async function* () {
    yield* parts;
  })();
  for await (const each of watchEvents(body, 'watch pods')) events.push(each);
  return events;
}

describe('events of a watch', () => {
  it('come out whole, wherever the stream is cut into pieces', async () => {
    const wanted = [
      event('ADDED', 'käse'),
      event('MODIFIED', '𝄞'),
      event('DELETED', 'c'),
      event('BOOKMARK', ''),
    ];
    const bytes = Buffer.from(wanted.map((each) => `${JSON.stringify(each)}\n`).join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 20 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const parts = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        expect(await eventsOf(parts)).toEqual(wanted);
      }),
    );
  });

  it('are given up when cut off: they will come again', async () => {
    const whole = `${JSON.stringify(event('ADDED', 'a'))}\n`;
    expect(await eventsOf([Buffer.from(whole + whole.slice(0, -10))])).toEqual([event('ADDED', 'a')]);
  });

  it('end with the error that the API server sends', async () => {
    const status = {
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: 'too old resource version: 1 (7)',
    };
    const line = `${JSON.stringify({ type: 'ERROR', object: status })}\n`;
    await expect(eventsOf([Buffer.from(line)])).rejects.toMatchObject({
      name: 'KubeError',
      code: 410,
      reason: 'Expired',
      message: 'watch pods: 410 Expired: too old resource version: 1 (7)',
    });
  });

  it('are refused when they are no events, or longer than any object', async () => {
    await expect(eventsOf([Buffer.from('<html>\n')])).rejects.toBeInstanceOf(KubeError);
    await expect(eventsOf([Buffer.from('{"type":"WHAT"}\n')])).rejects.toMatchObject({ reason: 'BadAnswer' });
    const endless = Array.from({ length: 9 }, () => Buffer.alloc(WATCH_EVENT_BYTES_MAX / 8, 'x'));
    await expect(eventsOf(endless)).rejects.toMatchObject({ reason: 'BadAnswer' });
  });
});
