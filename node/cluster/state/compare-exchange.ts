import type { CompareExchangeResult, DeleteCompareExchange, PutCompareExchange } from '../cluster-command.ts';
import { CompareExchangeKeyTooBigError } from '../cluster-error.ts';
import { COMPARE_EXCHANGE_KEY_BYTES_MAX } from '../limits.ts';
import type { ApplyContext } from './apply-context.ts';
import { requireSpace } from './spaces.ts';
import { expiryKey, valueKey } from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';
import { digestChange } from './value-digest.ts';

/** A compare-exchange value as it is stored. */
export interface StoredValue {
  /** In its first spelling. */
  readonly key: string;
  /** Raft index of its last change. */
  readonly index: number;
  /** JSON text of an object, with `Object` and `@metadata`. */
  readonly value: string;
  /** Wall clock in milliseconds; null: never. */
  readonly expiresAtMs: number | null;
}

/** A new value, as commands bring it. */
export interface NewValue {
  /** JSON text of an object. */
  readonly value: string;
  readonly expiresAtMs: number | null;
}

export function findValue(state: StateReader, space: number, key: string): StoredValue | undefined {
  return state.get(valueKey(space, key)) as StoredValue | undefined;
}

/** Throws CompareExchangeKeyTooBigError. */
export function checkValueKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= COMPARE_EXCHANGE_KEY_BYTES_MAX) return;
  throw new CompareExchangeKeyTooBigError(
    `A compare-exchange key may have ${COMPARE_EXCHANGE_KEY_BYTES_MAX} bytes, but '${key.slice(0, 64)}…' has ${bytes}.`,
  );
}

/** Writes whatever is there (`before`); the caller has compared. */
export function writeValue(
  context: ApplyContext,
  space: number,
  key: string,
  { value, expiresAtMs }: NewValue,
  before: StoredValue | undefined = findValue(context.state, space, key),
): void {
  if (before !== undefined) dropExpiry(context, space, before);
  const stored: StoredValue = { key: before?.key ?? key, index: context.index, value, expiresAtMs };
  context.state.put(valueKey(space, key), stored);
  digestChange(context, space, before, stored);
  if (expiresAtMs !== null) context.state.put(expiryKey(expiresAtMs, space, key), stored.key);
}

export function removeValue(context: ApplyContext, space: number, stored: StoredValue): void {
  dropExpiry(context, space, stored);
  context.state.delete(valueKey(space, stored.key));
  digestChange(context, space, stored, undefined);
}

function dropExpiry(context: ApplyContext, space: number, { key, expiresAtMs }: StoredValue): void {
  if (expiresAtMs !== null) context.state.delete(expiryKey(expiresAtMs, space, key));
}

/** Compare-and-set: succeeds when the value stands at the given index, or is missing and the index is 0. */
export function putCompareExchange(
  context: ApplyContext,
  command: PutCompareExchange,
): CompareExchangeResult {
  checkValueKey(command.key);
  const { id: space } = requireSpace(context, command.database);
  const current = findValue(context.state, space, command.key);
  if ((current?.index ?? 0) !== command.index) return refused(current);
  writeValue(context, space, command.key, command, current);
  return { isSuccessful: true, index: context.index, value: null };
}

/** Fails for a missing value, whatever the index. */
export function deleteCompareExchange(
  context: ApplyContext,
  command: DeleteCompareExchange,
): CompareExchangeResult {
  checkValueKey(command.key);
  const { id: space } = requireSpace(context, command.database);
  const current = findValue(context.state, space, command.key);
  if (current === undefined || current.index !== command.index) return refused(current);
  removeValue(context, space, current);
  return { isSuccessful: true, index: context.index, value: current.value };
}

function refused(current: StoredValue | undefined): CompareExchangeResult {
  return { isSuccessful: false, index: current?.index ?? 0, value: current?.value ?? null };
}
