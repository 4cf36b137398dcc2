import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SnapshotReceiver } from '../../../node/rachis/snapshot/snapshot-receiver.ts';
import type { SnapshotChunk } from '../../../node/rachis/transport/link-frame.ts';

const metadata = {
  index: 10,
  term: 2,
  configuration: { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' },
};

let folder = '';
let receiver: SnapshotReceiver;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
  receiver = new SnapshotReceiver(folder);
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

function chunks(transfer: number, pieces: readonly string[]): SnapshotChunk[] {
  const all = pieces.map(
    (text, sequence): SnapshotChunk => ({
      kind: 'chunk',
      transfer,
      sequence,
      data: Buffer.from(text),
      end: null,
    }),
  );
  const text = pieces.join('');
  const end = { metadata, term: 2, bytes: Buffer.byteLength(text), checksum: crc32(text) };
  return [...all, { kind: 'chunk', transfer, sequence: pieces.length, data: new Uint8Array(0), end }];
}

/** Gives the acknowledged sequence, and what came of it. */
async function give(chunk: SnapshotChunk | undefined, from = 'leader') {
  if (chunk === undefined) throw new Error('no such chunk');
  let next = Number.NaN;
  const received = await receiver
    .receive(from, chunk, (sequence) => {
      next = sequence;
    })
    .catch((error: Error) => error.message);
  return { next, received };
}

async function content(): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of receiver.content()) pieces.push(Buffer.from(piece).toString());
  return pieces;
}

describe('the receiver of snapshots', () => {
  it('keeps the chunks as they were cut, and gives them again after a restart', async () => {
    for (const chunk of chunks(1, ['one', 'two', 'three'])) await give(chunk);
    expect(await receiver.complete()).toEqual(metadata);
    expect(await content()).toEqual(['one', 'two', 'three']);
    receiver = new SnapshotReceiver(folder);
    expect(await content()).toEqual(['one', 'two', 'three']);
    await receiver.discard();
    expect(await receiver.complete()).toBeNull();
  });

  it('goes on after the last chunk that it acknowledged, whatever is sent again', async () => {
    const [one, two, end] = chunks(1, ['one', 'two']);
    expect((await give(one)).next).toBe(1);
    expect((await give(one)).next).toBe(1);
    expect((await give(end)).next).toBe(1);
    expect((await give(two)).next).toBe(2);
    expect((await give(end)).received).toMatchObject({ from: 'leader', end: { metadata } });
    expect(await content()).toEqual(['one', 'two']);
  });

  it('refuses the middle of a transfer that it does not know, and one whose content is damaged', async () => {
    const [one, two, end] = chunks(1, ['one', 'two']);
    expect((await give(two)).next).toBe(0);
    await give(one);
    await give({ ...(two as SnapshotChunk), data: Buffer.from('TWO') });
    expect(await give(end)).toEqual({ next: -1, received: expect.stringContaining('damaged') });
    expect(await receiver.complete()).toBeNull();
  });

  it('lets a newer transfer take the place of an unfinished one, but not while it installs', async () => {
    const [one] = chunks(1, ['one', 'two']);
    await give(one);
    for (const chunk of chunks(2, ['new'])) await give(chunk, 'other leader');
    expect(await content()).toEqual(['new']);
    receiver.isInstalling = true;
    expect((await give(chunks(3, ['later'])[0])).next).toBe(-1);
  });
});
