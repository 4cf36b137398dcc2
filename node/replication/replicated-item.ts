import { Packr } from 'msgpackr';
import { ReplicationProtocolError } from './replication-error.ts';

/** What travels: the current version of a document or its deletion, or an old version that is kept as a revision. */
export type ReplicatedKind = 'document' | 'tombstone' | 'revision' | 'deleteRevision';

export interface ReplicatedItem {
  readonly kind: ReplicatedKind;
  readonly id: string;
  readonly changeVector: string;
  readonly collection: string;
  readonly flags: number;
  readonly lastModified: bigint;
  /** Empty for deletions. */
  readonly metadata: Buffer;
  readonly body: Buffer;
}

const KINDS: readonly ReplicatedKind[] = ['document', 'tombstone', 'revision', 'deleteRevision'];
const MEMBERS = 8;
const packr = new Packr({ useRecords: false });

/** Rough size on the wire, in bytes, without packing it. */
export function approximateBytes(item: ReplicatedItem): number {
  return 48 + item.id.length + item.changeVector.length + item.metadata.byteLength + item.body.byteLength;
}

export function packItems(items: readonly ReplicatedItem[]): Buffer {
  const flat: unknown[] = [];
  for (const item of items) {
    flat.push(KINDS.indexOf(item.kind), item.id, item.changeVector, item.collection, item.flags);
    flat.push(item.lastModified, item.metadata, item.body);
  }
  return packr.pack(flat);
}

/** Bodies are views into `packed`. Throws ReplicationProtocolError when it holds anything else than items. */
export function unpackItems(packed: Buffer): ReplicatedItem[] {
  const flat: unknown = packr.unpack(packed);
  if (!Array.isArray(flat) || flat.length % MEMBERS !== 0) {
    throw new ReplicationProtocolError('A replication batch does not hold a list of items.');
  }
  const items: ReplicatedItem[] = [];
  for (let at = 0; at < flat.length; at += MEMBERS) items.push(itemAt(flat, at));
  return items;
}

function itemAt(flat: readonly unknown[], at: number): ReplicatedItem {
  const kind = KINDS[flat[at] as number];
  const [id, changeVector, collection, flags] = flat.slice(at + 1, at + 5);
  const [lastModified, metadata, body] = flat.slice(at + 5, at + MEMBERS);
  const isValid =
    kind !== undefined &&
    typeof id === 'string' &&
    typeof changeVector === 'string' &&
    typeof collection === 'string' &&
    typeof flags === 'number' &&
    typeof lastModified === 'bigint' &&
    Buffer.isBuffer(metadata) &&
    Buffer.isBuffer(body);
  if (!isValid) throw new ReplicationProtocolError(`Item ${at / MEMBERS} of a replication batch is damaged.`);
  return { kind, id, changeVector, collection, flags, lastModified, metadata, body };
}
