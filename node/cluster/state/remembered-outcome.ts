import type { CompareExchangeResult } from '../cluster-command.ts';
import { REMEMBERED_VALUE_LENGTH_MAX } from '../limits.ts';
import type { CommandOutcome } from './apply-command.ts';

/**
 * What of an outcome is kept for a request that comes again. A long compare-exchange value is not: thousands of outcomes
 * are held in memory. Whoever asks again finds it under its index, if it is still there.
 */
export function rememberedOutcome(outcome: CommandOutcome): CommandOutcome {
  if (!('result' in outcome)) return outcome;
  const { value } = (outcome.result ?? {}) as Partial<CompareExchangeResult>;
  if (typeof value !== 'string' || value.length <= REMEMBERED_VALUE_LENGTH_MAX) return outcome;
  return { result: { ...(outcome.result as CompareExchangeResult), value: undefined } };
}
