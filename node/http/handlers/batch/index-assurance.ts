import { waitTimeout } from '../../errors/protocol-error.ts';
import { WRITE_ASSURANCE_WAIT_MS } from '../../limits.ts';
import type { LoadedDatabase } from '../../node-services.ts';
import { boolParameter, timeSpanParameter } from '../../parameters/parameters.ts';
import { formatTimeSpan } from '../../parameters/time-span.ts';
import type { HttpRequest } from '../../request.ts';
import { orQueryError } from '../queries/query-error.ts';

/** Which indexes must have a write before it is answered. */
export interface IndexAssurance {
  /** Null: all that have its documents. Unknown ones are not waited for. */
  readonly indexes: readonly string[] | null;
  readonly timeoutMs: number;
  readonly throwsOnTimeout: boolean;
}

/** null when the client doesn't ask for any. */
export function indexAssuranceOf(request: HttpRequest): IndexAssurance | null {
  const timeoutMs = timeSpanParameter(request, 'waitForIndexesTimeout');
  if (timeoutMs === undefined) return null;
  const names = request.query.all('waitforspecificindex');
  return {
    indexes: names.length === 0 ? null : names,
    timeoutMs: Math.min(timeoutMs, WRITE_ASSURANCE_WAIT_MS),
    throwsOnTimeout: boolParameter(request, 'waitForIndexThrow', true),
  };
}

/** Waits until the indexes of this node have everything up to the etag. The write is committed already. */
export async function awaitIndexes(
  { indexes: names, timeoutMs, throwsOnTimeout }: IndexAssurance,
  upToEtag: number,
  { indexes }: LoadedDatabase,
): Promise<void> {
  const late = await orQueryError(() => indexes.waitFor({ indexes: names, upToEtag, timeoutMs }));
  if (late.length === 0 || !throwsOnTimeout) return;
  throw waitTimeout(
    `After waiting for ${formatTimeSpan(timeoutMs)}, could not verify that ${late.length} indexes have caught up with the changes as of etag: ${upToEtag}: ${late.join(', ')}`,
  );
}
