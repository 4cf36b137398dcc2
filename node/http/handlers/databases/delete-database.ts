import { setTimeout as delay } from 'node:timers/promises';
import { argumentError, invalidOperation } from '../../errors/protocol-error.ts';
import { DATABASE_DELETION_WAIT_MS } from '../../limits.ts';
import type { NodeServices } from '../../node-services.ts';
import {
  boolMember,
  type JsonObject,
  jsonObjectBody,
  member,
  requiredTexts,
  textsMember,
} from '../../parameters/json-body.ts';
import { parseTimeSpanMs } from '../../parameters/time-span.ts';
import { submitFor } from '../../raft-command.ts';
import { json } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';

/** Pause between two looks at whether the nodes have confirmed, in milliseconds. */
const LOOK_AGAIN_MS = 20;

/** Unknown names are skipped; the index is -1 when nothing was done. */
const remove: ServerHandler = async (request, { node }) => {
  const body = await jsonObjectBody(request);
  const names = requiredTexts(body, 'DatabaseNames');
  const fromNodes = textsMember(body, 'FromNodes') ?? [];
  const hardDelete = boolMember(body, 'HardDelete', false);
  const waitMs = confirmationWaitMs(body);
  const chosen = names.filter((name) => mayBeDeleted(name, fromNodes, node));
  if (chosen.length === 0) return json(200, { RaftCommandIndex: -1, PendingDeletes: [] });
  const { index } = await submitFor(request, node, {
    type: 'DeleteDatabase',
    names: chosen,
    hardDelete,
    fromNodes: fromNodes.length === 0 ? null : fromNodes,
  });
  const pending = await awaitConfirmation(chosen, node, waitMs);
  return json(200, { RaftCommandIndex: index, PendingDeletes: pending });
};

function mayBeDeleted(name: string, fromNodes: readonly string[], node: NodeServices): boolean {
  const record = node.cluster.record(name)?.record;
  if (record === undefined) return false;
  const { Members, Promotables, Rehabs } = record.Topology;
  const holders = [...Members, ...Promotables, ...Rehabs];
  const stranger = fromNodes.find((tag) => !holders.includes(tag));
  if (stranger !== undefined) {
    throw invalidOperation(
      `Database '${name}' doesn't reside on node '${stranger}' so it can't be deleted from it`,
    );
  }
  if (fromNodes.length > 0) return true;
  if (record.LockMode === 'PreventDeletesIgnore') return false;
  if (record.LockMode === 'PreventDeletesError') {
    throw invalidOperation(
      `Database '${name}' cannot be deleted because of the set lock mode ('PreventDeletesError'). Please consider changing the lock mode before deleting the database.`,
    );
  }
  return true;
}

/** A TimeSpan, or milliseconds as the Node client writes them. */
function confirmationWaitMs(body: JsonObject): number {
  const value = member(body, 'TimeToWaitForConfirmation');
  if (value === undefined || value === null) return DATABASE_DELETION_WAIT_MS;
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? parseTimeSpanMs(value) : null;
  if (ms === null || ms < 0) {
    throw argumentError(
      `'TimeToWaitForConfirmation' must be a TimeSpan or milliseconds, but it is ${JSON.stringify(value)}.`,
    );
  }
  return ms;
}

/** The nodes that still have to delete, once the time is over; empty when all have. */
async function awaitConfirmation(
  names: readonly string[],
  node: NodeServices,
  waitMs: number,
): Promise<readonly string[]> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const pending = names.flatMap((name) =>
      Object.keys(node.cluster.record(name)?.record.DeletionInProgress ?? {}),
    );
    if (pending.length === 0 || performance.now() >= deadline) return [...new Set(pending)];
    await delay(LOOK_AGAIN_MS);
  }
}

export const deleteDatabaseRoutes = [serverRoute('DELETE /admin/databases', 'Operator', remove)];
