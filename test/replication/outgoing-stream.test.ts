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

  run(): void {
    for (let next = this.#due.shift(); next !== undefined; next = this.#due.shift()) next();
  }
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
  const sent: { readonly ids: readonly string[]; readonly claim: string }[] = [];
  let onFrame: (payload: Buffer) => void = () => {};
  const connection: ReplicationConnection = {
    ...{ remote: 'test', isClosed: false, bytesSent: 0, bytesReceived: 0 },
    send: (payload) => {
      const message = decodeMessage(Buffer.from(payload));
      if (message.type === 'batch') {
        sent.push({ ids: unpackItems(message.items).map(({ id }) => id), claim: message.claim });
      }
      return true;
    },
    onFrame: (listener) => {
      onFrame = listener;
    },
    ...{ onClose: () => {}, drained: async () => {}, pause: () => {}, resume: () => {}, close: () => {} },
  };
  const turns = new Turns();
  const limits = { ...STREAM_LIMITS, batchItems: 1 };
  new OutgoingStream({ source, connection, clock: turns.clock, limits, onProgress: () => {} });
  onFrame(
    encodeMessage({
      ...{ type: 'state', databaseId: 'Dxxxxxxxxxxxxxxxxxxxxx', nodeTag: 'D', changeVector: '', lastEtag: 0 },
      ...{ acceptedBatches: 0, acceptedEtag: 0, resumeEtag: 0, sources: new Map() },
    }),
  );
  turns.run();
  expect(sent).toEqual([
    { ids: ['b'], claim: '' },
    { ids: ['a'], claim: `S:2-${SOURCE}` },
  ]);
});
