import { deserialize, serialize } from 'node:v8';
import type { DocumentTransaction } from './document-transaction.ts';
import { REMEMBERED_ANSWER_BYTES_MAX, REMEMBERED_REQUEST_MS, REMEMBERED_REQUESTS_MAX } from './limits.ts';

/**
 * Answers of idempotent commands, kept in the same transaction as their effects: a client that did not hear the answer
 * asks again and gets it. A ring of slots bounds their number; old ones are not answered from.
 */
const NEXT_SLOT = 'requests/next';

interface Remembered {
  readonly ticks: bigint;
  readonly answer: unknown;
}

/** undefined when the request is new, or was too long ago. */
export function rememberedAnswer(transaction: DocumentTransaction, requestId: string): unknown {
  const value = transaction.readMeta(answerName(requestId));
  if (value === undefined) return undefined;
  const { ticks, answer } = deserialize(value) as Remembered;
  return transaction.now() - ticks > BigInt(REMEMBERED_REQUEST_MS) * 10_000n ? undefined : answer;
}

export function rememberAnswer(transaction: DocumentTransaction, requestId: string, answer: unknown): void {
  const value = serialize({ ticks: transaction.now(), answer } satisfies Remembered);
  if (value.length > REMEMBERED_ANSWER_BYTES_MAX) return;
  const isKnown = transaction.readMeta(answerName(requestId)) !== undefined;
  transaction.writeMeta(answerName(requestId), value);
  if (isKnown) return;
  const slot = Number(transaction.readMeta(NEXT_SLOT)?.toString() ?? 0);
  const slotName = `requests/slot/${slot}`;
  const previous = transaction.readMeta(slotName)?.toString();
  if (previous !== undefined) transaction.writeMeta(answerName(previous), null);
  transaction.writeMeta(slotName, Buffer.from(requestId));
  transaction.writeMeta(NEXT_SLOT, Buffer.from(String((slot + 1) % REMEMBERED_REQUESTS_MAX)));
}

function answerName(requestId: string): string {
  return `requests/answer/${requestId}`;
}
