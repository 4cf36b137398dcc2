import { argumentError, waitTimeout } from '../../errors/protocol-error.ts';
import { WRITE_ASSURANCE_WAIT_MS } from '../../limits.ts';
import type { LoadedDatabase } from '../../node-services.ts';
import { boolParameter, optionalText, timeSpanParameter } from '../../parameters/parameters.ts';
import { formatTimeSpan } from '../../parameters/time-span.ts';
import type { HttpRequest } from '../../request.ts';

/** How many other copies must have a write before it is answered. */
export interface WriteAssurance {
  readonly copies: number | 'majority';
  readonly timeoutMs: number;
  readonly throwsOnTimeout: boolean;
}

/** null when the client doesn't ask for any. Throws a ProtocolError for a number that is none. */
export function writeAssuranceOf(request: HttpRequest): WriteAssurance | null {
  const timeoutMs = timeSpanParameter(request, 'waitForReplicasTimeout');
  if (timeoutMs === undefined) return null;
  return {
    timeoutMs: Math.min(timeoutMs, WRITE_ASSURANCE_WAIT_MS),
    copies: copiesOf(optionalText(request, 'numberOfReplicasToWaitFor') ?? '1'),
    throwsOnTimeout: boolParameter(request, 'throwOnTimeoutInWaitForReplicas', true),
  };
}

function copiesOf(text: string): number | 'majority' {
  if (text.toLowerCase() === 'majority') return 'majority';
  if (!/^\d{1,9}$/.test(text)) {
    throw argumentError(`'numberOfReplicasToWaitFor' must be a number or 'majority', but it is '${text}'.`);
  }
  return Number(text);
}

/**
 * Waits until so many other copies have what the change vector includes. The write is committed already: a time-out says only
 * that it isn't known to be elsewhere. Throws a ProtocolError then, if that was asked for.
 */
export async function awaitCopies(
  assurance: WriteAssurance,
  changeVector: string,
  { replication }: LoadedDatabase,
): Promise<void> {
  const { copies, timeoutMs } = assurance;
  const reached = await replication.waitForReplication(changeVector, copies, timeoutMs);
  // While the group is unknown nobody can say what a majority is: not reached.
  const wanted = copies === 'majority' ? (replication.majorityCopies() ?? Number.POSITIVE_INFINITY) : copies;
  if (reached >= wanted || !assurance.throwsOnTimeout) return;
  throw waitTimeout(
    `Could not verify that the change vector '${changeVector}' was replicated to ${Number.isFinite(wanted) ? wanted : 'a majority of the'} servers in ${formatTimeSpan(timeoutMs)}. So far, it only replicated to ${reached}`,
  );
}
