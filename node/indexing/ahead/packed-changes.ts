import { EncodedDocument } from '../../documents/encoded-document.ts';
import type { NextChanges } from '../local/next-changes.ts';

export interface ChangesAhead extends NextChanges {
  /** There may be more. */
  readonly isMore: boolean;
}

/** Some changes of a collection as they go from thread to thread. */
export interface PackedChanges extends Omit<ChangesAhead, 'changes'> {
  /** Documents as they are stored, one behind the other, and their lengths in bytes. */
  readonly memory: ArrayBuffer;
  readonly lengths: Uint32Array;
  /** Lower-case ids of what was deleted. */
  readonly deletions: readonly string[];
}

export function packDocuments(values: readonly Buffer[]): Pick<PackedChanges, 'memory' | 'lengths'> {
  const memory = new ArrayBuffer(values.reduce((bytes, { length }) => bytes + length, 0));
  const all = Buffer.from(memory);
  const lengths = new Uint32Array(values.length);
  let at = 0;
  for (const [n, value] of values.entries()) {
    at += value.copy(all, at);
    lengths[n] = value.length;
  }
  return { memory, lengths };
}

/** The documents are views of the memory. */
export function unpackChanges({ memory, lengths, deletions, ...rest }: PackedChanges): ChangesAhead {
  const changes: NextChanges['changes'][number][] = deletions.map((lowerId) => ({ id: lowerId, lowerId }));
  let at = 0;
  for (const length of lengths) {
    const document = new EncodedDocument(Buffer.from(memory, at, length));
    changes.push({ id: document.id, lowerId: document.lowerId, document });
    at += length;
  }
  return { changes, ...rest };
}
