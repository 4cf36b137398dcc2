import { hash } from 'node:crypto';
import type { ApplyContext } from './apply-context.ts';
import type { StoredValue } from './compare-exchange.ts';
import { valueDigestKey } from './state-keys.ts';

/**
 * Keeps the sum of the hashes of a space's values, which live in storage, where nobody could sum them up in time. Whatever
 * the order in which they came, nodes with the same values have the same sum.
 */
export function digestChange(
  context: ApplyContext,
  space: number,
  before: StoredValue | undefined,
  after: StoredValue | undefined,
): void {
  const key = valueDigestKey(space);
  const text = (context.state.get(key) as string | undefined) ?? '0';
  const sum = text === last.text ? last.sum : BigInt(`0x${text}`);
  const next = BigInt.asUintN(64, sum - hashOf(before) + hashOf(after));
  last = { text: next.toString(16), sum: next };
  context.state.put(key, last.text);
}

/** The sum that was written last, as text and as a number: the next change nearly always starts from it. */
let last: { readonly text: string; readonly sum: bigint } = { text: '0', sum: 0n };

/** Hexadecimal digits of a hash that count: 64 bits. */
const HASH_DIGITS = 16;

function hashOf(value: StoredValue | undefined): bigint {
  if (value === undefined) return 0n;
  const { key, index, value: json, expiresAtMs } = value;
  const digest = hash('sha256', `${key}\0${index}\0${expiresAtMs ?? ''}\0${json}`, 'hex');
  return BigInt(`0x${digest.slice(0, HASH_DIGITS)}`);
}
