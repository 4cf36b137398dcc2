import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import { EXPIRED, type FaultProxy, isWatch, isWrite, type ProxiedRequest } from './fault-proxy.ts';

/** Of this many requests one meets a fault. */
const ONE_OF = 8;

/** What API servers and the balancers before them answer on a bad day. */
const REFUSALS = [
  { status: 429, reason: 'TooManyRequests', isForReads: true, headers: { 'retry-after': '1' } },
  { status: 500, reason: 'InternalError', isForReads: true, headers: {} },
  { status: 503, reason: 'ServiceUnavailable', isForReads: true, headers: {} },
  { status: 504, reason: 'Timeout', isForReads: true, headers: {} },
  { status: 409, reason: 'Conflict', isForReads: false, headers: {} },
] as const;

/** How often each kind of fault came. */
export type FaultCounts = Map<string, number>;

/**
 * Gives an operator an API server on its bad day: refusals, writes that are carried out and never answered, watches
 * that end in the middle of an event, in good order, or because their moment is forgotten. The lease is left alone:
 * what becomes of an operator that loses it is another test's.
 */
export function badDay(proxy: FaultProxy, random: SeededRandom): FaultCounts {
  const counts: FaultCounts = new Map();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const isSpared = ({ url }: ProxiedRequest) => url.pathname.includes('/leases');
  for (const { status, reason, isForReads, headers } of REFUSALS) {
    proxy.answer({
      of: (request) => {
        const isFit = !isSpared(request) && !isWatch(request) && (isForReads || isWrite(request));
        const isMet = isFit && random.chance(1 / (ONE_OF * REFUSALS.length));
        if (isMet) count(reason);
        return isMet;
      },
      times: Number.POSITIVE_INFINITY,
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Status',
        status: 'Failure',
        reason,
        code: status,
        message: 'a fault of the test',
      }),
    });
  }
  proxy.onAnswer((request) => {
    if (isSpared(request) || !random.chance(1 / (ONE_OF * 2))) return;
    const kind = random.between(0, 3);
    count(['lost answers', 'torn events', 'ended watches', 'forgotten moments'][kind] ?? '');
    if (kind === 0) proxy.cut(isSpared);
    if (kind === 1) proxy.tearNextEvent();
    if (kind === 2) proxy.endWatches();
    if (kind === 3) proxy.endWatches(EXPIRED);
  });
  return counts;
}
