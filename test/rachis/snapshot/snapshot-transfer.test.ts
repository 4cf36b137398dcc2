import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SnapshotReceiver } from '../../../node/rachis/snapshot/snapshot-receiver.ts';
import { SnapshotSender } from '../../../node/rachis/snapshot/snapshot-sender.ts';
import type { SnapshotChunk } from '../../../node/rachis/transport/link-frame.ts';

const metadata = {
  index: 10,
  term: 2,
  configuration: { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' },
};

describe('a snapshot transfer', () => {
  it('arrives whole over a channel that loses chunks and acknowledgements, and breaks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 30 }),
        fc.infiniteStream(fc.constantFrom('deliver', 'deliver', 'lose chunk', 'lose answer', 'break')),
        async (pieces, faults) => {
          const folder = mkdtempSync(join(tmpdir(), 'transfer-'));
          const receiver = new SnapshotReceiver(folder);
          let isSourceClosed = false;
          let isConnected = true;
          const done = await new Promise<boolean>((resolve) => {
            const deliver = (chunk: SnapshotChunk): boolean => {
              const fault = faults.next().value;
              if (fault === 'lose chunk' || fault === 'break') isConnected = false;
              else {
                void receiver.receive('leader', chunk, (next) => {
                  if (fault === 'lose answer') isConnected = false;
                  else sender.acknowledged({ kind: 'ack', transfer: 1, next });
                });
              }
              return true;
            };
            const sender: SnapshotSender = new SnapshotSender({
              transfer: 1,
              source: {
                index: 10,
                chunks: () => pieces.map((piece) => Buffer.from(piece)),
                close: () => {
                  isSourceClosed = true;
                },
              },
              metadata,
              term: 2,
              bytesPerSecond: 1024 * 1024,
              connection: () =>
                isConnected
                  ? { queuedBytes: 0, send: (chunk) => queueMicrotask(() => deliver(chunk)) === undefined }
                  : null,
              onDone: (isSent) => {
                clearInterval(reconnect);
                resolve(isSent);
              },
            });
            const reconnect = setInterval(() => {
              if (isConnected) return;
              isConnected = true;
              sender.resume();
            }, 1);
          });
          const received: string[] = [];
          for await (const piece of receiver.content()) received.push(Buffer.from(piece).toString());
          await receiver.close();
          rmSync(folder, { recursive: true, force: true });
          expect(done).toBe(true);
          expect(isSourceClosed).toBe(true);
          expect(received).toEqual(pieces);
        },
      ),
      { numRuns: 25 },
    );
  });
});
