import { expect, it } from 'vitest';
import type { SourceItem } from '../../node/replication/batch-collector.ts';
import { STREAM_LIMITS } from '../../node/replication/limits.ts';
import { OutgoingStream, type StreamSource } from '../../node/replication/outgoing-stream.ts';
import { unpackItems } from '../../node/replication/replicated-item.ts';
import type { ReplicationConnection } from '../../node/replication/replication-connection.ts';
import { decodeMessage, encodeMessage } from '../../node/replication/replication-message.ts';

const SOURCE = 'Sxxxxxxxxxxxxxxxxxxxxx';

function item(id: string, etag: number): SourceItem {
  const changeVector = `S:${etag}-${SOURCE}`;
  const texts = { collection: 'Things', metadata: Buffer.from('{}'), body: Buffer.from('{}') };
  return {
    etag,
    transaction: etag,
    changeVector,
    isMergedTwin: false,
    isAlwaysSent: false,
    isOwnOnly: false,
    load: () => ({ kind: 'document', id, changeVector, flags: 0, lastModified: 0n, ...texts }),
  };
}

/** Runs what a stream has to do, turn after turn and wait after wait, until there is no more. */
class Turns {
  readonly #due: (() => void)[] = [];

  readonly clock = {
    now: () => 0,
    random: () => 0,
    soon: (callback: () => void) => void this.#due.push(callback),
    after: (delayMs: number, callback: () => void) => {
      // The heartbeat never ends.
      if (delayMs < 1000) this.#due.push(callback);
      return () => {};
    },
  };

  /** Throws when there is no end to it. */
  run(): void {
    for (let turn = 0; turn < 1000; turn++) {
      const next = this.#due.shift();
      if (next === undefined) return;
      next();
    }
    throw new Error('The stream finds no rest.');
  }
}

/** The batches that a stream from this source sends to a destination that has nothing and answers nothing. */
function sentFrom(source: StreamSource, limits = STREAM_LIMITS) {
  const sent: { readonly ids: readonly string[]; readonly to: number; readonly claim: string }[] = [];
  let onFrame: (payload: Buffer) => void = () => {};
  const connection: ReplicationConnection = {
    ...{ remote: 'test', isClosed: false, bytesSent: 0, bytesReceived: 0 },
    send: (payload) => {
      const message = decodeMessage(Buffer.from(payload));
      if (message.type === 'batch') {
        const { to, claim } = message;
        sent.push({ ids: unpackItems(message.items).map(({ id }) => id), to, claim });
      }
      return true;
    },
    onFrame: (listener) => {
      onFrame = listener;
    },
    ...{ onClose: () => {}, drained: async () => {}, pause: () => {}, resume: () => {}, close: () => {} },
  };
  const turns = new Turns();
  new OutgoingStream({ source, connection, clock: turns.clock, limits, onProgress: () => {} });
  onFrame(
    encodeMessage({
      ...{ type: 'state', databaseId: 'Dxxxxxxxxxxxxxxxxxxxxx', nodeTag: 'D', changeVector: '', lastEtag: 0 },
      ...{ acceptedBatches: 0, acceptedEtag: 0, resumeEtag: 0, sources: new Map() },
    }),
  );
  turns.run();
  return sent;
}

it('claims what the source tells of only when it has sent what readers find beyond that', () => {
  // "a" was at etag 1, is written again, and readers find it at 3; of the word that this is durable nobody has heard.
  const source: StreamSource = {
    databaseId: SOURCE,
    lastEtag: () => 2,
    changeVector: () => `S:2-${SOURCE}`,
    ownChangeVector: () => `S:2-${SOURCE}`,
    read: (etag, body) => body([item('b', 2), item('a', 3)].filter((one) => one.etag > etag)),
  };
  expect(sentFrom(source, { ...STREAM_LIMITS, batchItems: 1 })).toEqual([
    { ids: ['b'], to: 2, claim: '' },
    { ids: ['a'], to: 3, claim: `S:2-${SOURCE}` },
  ]);
});

it.each([
  ['the last of all', [item('a', 1)]],
  ['all there was', []],
])('claims everything when what was cleaned away is %s', (_, items) => {
  const source: StreamSource = {
    databaseId: SOURCE,
    lastEtag: () => 2,
    changeVector: () => `S:2-${SOURCE}`,
    ownChangeVector: () => `S:2-${SOURCE}`,
    read: (etag, body) => body(items.filter((one) => one.etag > etag)),
  };
  expect(sentFrom(source)).toEqual([{ ids: items.map(() => 'a'), to: 2, claim: `S:2-${SOURCE}` }]);
});
