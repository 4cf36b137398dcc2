import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { CONTROL_TIMEOUT_MS } from './limits.ts';
import { isAlive } from './process-identity.ts';
import type { StateFolder } from './state-folder.ts';

/** How to reach the operator that is at work in a state folder. */
export interface OperatorAddress {
  readonly pid: number;
  readonly port: number;
  /** Whoever can read the file may ask and stop the operator. */
  readonly token: string;
}

/** Another operator is at work in the same state folder. */
export class OperatorRunningError extends Error {
  override readonly name: string = 'OperatorRunningError';

  constructor(folder: StateFolder, pid: number) {
    super(
      `An operator (process ${pid}) is already at work in ${folder.path}: stop it first (ravencluster stop), or choose another folder with --state-dir`,
    );
  }
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Takes the state folder for this operator.
 *
 * @throws OperatorRunningError
 */
export async function lockFolder(folder: StateFolder, address: OperatorAddress): Promise<void> {
  await mkdir(folder.path, { recursive: true });
  if (await tryCreate(folder, address)) return;
  const text = await readFile(folder.lockFile, 'utf8').catch(() => '');
  const holder = parseAddress(text);
  if (holder !== undefined && (await isAtWork(holder))) throw new OperatorRunningError(folder, holder.pid);
  // Left behind by an operator that was killed. Moved first, then looked at: another one may have taken it meanwhile.
  const aside = `${folder.lockFile}.${process.pid}.old`;
  await rename(folder.lockFile, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => text);
  await rm(aside, { force: true });
  if (moved !== text || !(await tryCreate(folder, address))) {
    throw new OperatorRunningError(folder, parseAddress(moved)?.pid ?? 0);
  }
}

export async function unlockFolder(folder: StateFolder): Promise<void> {
  await rm(folder.lockFile, { force: true });
}

/** Who is at work in the folder, if anybody answers. */
export async function findOperator(folder: StateFolder): Promise<OperatorAddress | undefined> {
  const address = parseAddress(await readFile(folder.lockFile, 'utf8').catch(() => ''));
  return address !== undefined && (await isAtWork(address)) ? address : undefined;
}

export async function askOperator(
  address: OperatorAddress,
  method: 'GET' | 'POST',
  path: string,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${address.port}${path}`, {
    method,
    headers: { Authorization: `Bearer ${address.token}` },
    signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`The operator (process ${address.pid}) answered ${response.status}`);
  return response.json();
}

async function tryCreate(folder: StateFolder, address: OperatorAddress): Promise<boolean> {
  try {
    const handle = await open(folder.lockFile, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify(address));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAtWork(address: OperatorAddress): Promise<boolean> {
  if (!isAlive(address.pid)) return false;
  try {
    await askOperator(address, 'GET', '/status');
    return true;
  } catch {
    // The process id went to another program, or the operator hangs: then its port still refuses a second one's nodes.
    return false;
  }
}

function parseAddress(text: string): OperatorAddress | undefined {
  try {
    const value = JSON.parse(text) as Partial<OperatorAddress>;
    const { pid, port, token } = value;
    return typeof pid === 'number' && typeof port === 'number' && typeof token === 'string'
      ? { pid, port, token }
      : undefined;
  } catch {
    // Half written by an operator that was killed: as good as none.
    return undefined;
  }
}
