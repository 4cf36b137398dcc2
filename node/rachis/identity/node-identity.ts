import { randomInt, randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RaftLogError } from '../log/log-error.ts';
import { syncFolder } from '../log/segment-file.ts';

/** Who a node is: minted together with its storage. A wiped disk gets another identity, and never votes as the old one. */
export interface NodeIdentity {
  /** The node's id in the cluster configuration, and its ServerId to clients. */
  readonly serverId: string;
  /** Number of the log that belongs to it. */
  readonly incarnation: number;
  /** The cluster that has invited this node, from the first hello on; the log says whether it is a node of it. */
  readonly cluster: { readonly id: string; readonly tag: string } | null;
}

export function mintIdentity(): NodeIdentity {
  return { serverId: randomUUID(), incarnation: randomInt(1, 2 ** 32), cluster: null };
}

/** null when there is none. Throws RaftLogError when it can't be understood. */
export async function readIdentity(path: string): Promise<NodeIdentity | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const identity = JSON.parse(text) as Partial<NodeIdentity>;
    if (typeof identity.serverId === 'string' && typeof identity.incarnation === 'number') {
      const { serverId, incarnation, cluster } = identity;
      return { serverId, incarnation, cluster: cluster ?? null };
    }
  } catch {
    // Told below, with the path.
  }
  throw new RaftLogError(
    `${path} does not hold a node's identity. Restore it, or delete the whole data folder and join the node as new.`,
  );
}

/** Replaces the file as a whole, durably. */
export async function writeIdentity(path: string, identity: NodeIdentity): Promise<void> {
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(identity, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}
