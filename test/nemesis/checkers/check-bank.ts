import { type Completed, nameOf } from '../history/operation.ts';
import type { Finding } from './finding.ts';

/** What each account has. */
export type Balances = Readonly<Record<string, number>>;

/** Every read of all accounts, of one moment each, must come to the same total, with nothing below zero. */
export function checkBank(operations: readonly Completed[], total: number): readonly Finding[] {
  return operations.flatMap((operation) => {
    const { invoke, end, outcome } = operation;
    if (invoke.f !== 'read' || outcome !== 'ok' || end === null) return [];
    const balances = end.value as Balances;
    const sum = Object.values(balances).reduce((all, balance) => all + balance, 0);
    const shown = `${nameOf(operation)} read ${JSON.stringify(balances)}${end.node === undefined ? '' : ` from ${end.node}`}`;
    const found: Finding[] = [];
    if (sum !== total)
      found.push({ anomaly: 'wrong-total', explanation: `${shown}: ${sum} together, not ${total}` });
    if (Object.values(balances).some((balance) => balance < 0)) {
      found.push({
        anomaly: 'negative-balance',
        explanation: `${shown}: no transfer may overdraw an account`,
      });
    }
    return found;
  });
}
