import { parentPort } from 'node:worker_threads';
import { DurableView } from '../../documents/key-value-view.ts';
import { AttachedReads } from '../../storage/attached-reads.ts';
import { readerOf } from '../local/reader-of.ts';
import type { AheadCall, AheadReply } from './ahead-protocol.ts';
import { ChangesReader } from './changes-reader.ts';

/** The thread that reads ahead: documents that indexes are going to map, while those before them are mapped. */
const port = parentPort;
if (port === null) throw new Error('ahead-worker.ts runs as a worker thread only.');

interface Stream {
  readonly database: number;
  /** Null: the database is still being opened. */
  changes: ChangesReader | null;
  /** Rounds that are wanted and not read yet. */
  wanted: number;
}

const databases = new Map<number, Promise<AttachedReads>>();
const streams = new Map<number, Stream>();

function reply(message: AheadReply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

async function follow({
  database,
  stream: number,
  from,
  rounds,
}: Extract<AheadCall, { kind: 'follow' }>): Promise<void> {
  const stream: Stream = { database, changes: null, wanted: rounds };
  streams.set(number, stream);
  try {
    const reads = await databases.get(database);
    // It may have been left meanwhile: then its owner may close it at any time.
    if (reads === undefined || streams.get(number) !== stream) return;
    stream.changes = new ChangesReader(readerOf(new DurableView(reads)), from);
    readNext(number);
  } catch {
    fail(number);
  }
}

/** Round after round, with a look at what was asked for meanwhile. */
function readNext(number: number): void {
  const stream = streams.get(number);
  if (!stream?.changes || stream.wanted === 0) return;
  stream.wanted--;
  try {
    const changes = stream.changes.next();
    if (!changes.isMore) streams.delete(number);
    reply({ kind: 'round', stream: number, changes }, [changes.memory]);
  } catch {
    // Who asked reads it again, and says what is wrong with it.
    fail(number);
  }
  if (stream.wanted > 0) setImmediate(readNext, number);
}

function fail(stream: number): void {
  streams.delete(stream);
  reply({ kind: 'round', stream, changes: null });
}

function more({ stream: number, rounds }: Extract<AheadCall, { kind: 'more' }>): void {
  const stream = streams.get(number);
  if (stream === undefined) return;
  // Otherwise it is being read already.
  if (stream.wanted === 0) setImmediate(readNext, number);
  stream.wanted += rounds;
}

/** The environment stays open: to close it is to close it for its owner, too. */
async function leave(database: number): Promise<void> {
  const opened = databases.get(database);
  databases.delete(database);
  for (const [number, stream] of streams) if (stream.database === database) streams.delete(number);
  try {
    (await opened)?.closeScans();
  } catch {
    // It has never been open.
  }
}

port.on('message', (call: AheadCall) => {
  switch (call.kind) {
    case 'open':
      databases.set(call.database, AttachedReads.open(call.handle, call.columns));
      return;
    case 'follow':
      void follow(call);
      return;
    case 'more':
      more(call);
      return;
    case 'leave':
      streams.delete(call.stream);
      return;
    case 'close':
      void leave(call.database).then(() => reply({ kind: 'closed', database: call.database }));
      return;
    case 'stop':
      void Promise.all([...databases.keys()].map(leave)).then(() => port.close());
  }
});
