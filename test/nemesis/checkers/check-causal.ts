import { type Completed, nameOf } from '../history/operation.ts';
import type { Finding } from './finding.ts';

/** Each key has one client, which writes growing numbers: it must read its last acknowledged one or a later one. */
export function checkCausal(operations: readonly Completed[]): readonly Finding[] {
  const lastWrites = new Map<string, Completed>();
  const greatest = new Map<string, number>();
  const refused = new Map<string, Completed>();
  const findings: Finding[] = [];
  for (const operation of operations) {
    const { invoke, end, outcome } = operation;
    const key = invoke.key ?? '';
    if (invoke.f === 'write') {
      greatest.set(key, invoke.value as number);
      if (outcome === 'ok') lastWrites.set(key, operation);
      if (outcome === 'fail') refused.set(`${key} ${invoke.value}`, operation);
      continue;
    }
    if (outcome !== 'ok') continue;
    const seen = (end?.value ?? 0) as number;
    const own = lastWrites.get(key);
    const from = end?.node === undefined ? '' : ` from ${end.node}`;
    if (own !== undefined && seen < (own.invoke.value as number)) {
      const wrote = `${nameOf(own)} wrote ${own.invoke.value} to ${key}`;
      findings.push({
        anomaly: 'stale-read',
        explanation: `${wrote}, and ${nameOf(operation)}, of the same session, read ${seen}${from}`,
      });
    }
    const failed = refused.get(`${key} ${seen}`);
    if (failed !== undefined) {
      const explanation = `${nameOf(operation)} read ${seen} of ${key}${from}, which ${nameOf(failed)} failed to write for certain`;
      findings.push({ anomaly: 'failed-write', explanation });
    }
    if (seen > (greatest.get(key) ?? 0)) {
      const explanation = `${nameOf(operation)} read ${seen} of ${key}${from}, which nobody had written`;
      findings.push({ anomaly: 'never-written', explanation });
    }
  }
  return findings;
}
