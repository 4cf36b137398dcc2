import { invalidOperation } from '../../errors/protocol-error.ts';
import { UNUSED_IDS_ASK_MS } from '../../limits.ts';
import type { NodeServices } from '../../node-services.ts';
import { knownDatabase } from './known-database.ts';

/**
 * Throws a ProtocolError for an id that is none, and for one that a copy of the database has now: every node that holds
 * a copy is asked, and one that does not answer might be just that one.
 */
export async function refuseUsedIds(name: string, ids: readonly string[], node: NodeServices): Promise<void> {
  const bad = ids.find((id) => !/^[A-Za-z0-9+/]{22}$/.test(id));
  if (bad !== undefined) {
    throw invalidOperation(`Database ID '${bad}' isn't valid: it must have 22 characters of base64.`);
  }
  const { Members, Promotables, Rehabs } = knownDatabase(name, node).record.Topology;
  await Promise.all(
    [...Members, ...Promotables, ...Rehabs].map(async (tag) => {
      const used = await databaseIdOn(tag, name, node);
      if (!ids.includes(used)) return;
      throw invalidOperation(
        `${used} can't be added to the unused ids, because it is the database id of '${name}' on node ${tag}.`,
      );
    }),
  );
}

async function databaseIdOn(tag: string, name: string, node: NodeServices): Promise<string> {
  if (tag === node.cluster.nodeTag()) return (await node.landlord.get(name)).database.id;
  const url = node.cluster.topology().allNodes[tag] ?? '';
  try {
    const answer = await node.fetch(`${url}/databases/${encodeURIComponent(name)}/stats`, {
      signal: AbortSignal.timeout(UNUSED_IDS_ASK_MS),
    });
    const { DatabaseId } = (await answer.json()) as { readonly DatabaseId?: unknown };
    if (typeof DatabaseId === 'string') return DatabaseId;
    throw new Error(`it answered ${answer.status}`);
  } catch (error) {
    throw invalidOperation(
      `Node ${tag} did not tell the id of its copy of '${name}', which may be one of those given (${error instanceof Error ? error.message : String(error)}). Try again when it answers, or without validation.`,
    );
  }
}
