import { setTimeout as pause } from 'node:timers/promises';
import { STOP_TIMEOUT_MS } from '../platform/local/limits.ts';
import { LocalPlatform } from '../platform/local/local-platform.ts';
import { askOperator, findOperator } from '../platform/local/operator-lock.ts';
import { isAlive } from '../platform/local/process-identity.ts';
import { StateFolder } from '../platform/local/state-folder.ts';
import { operatorLogging } from './operator-logging.ts';

/** How often it is looked whether the operator has ended, in milliseconds. */
const END_CHECK_MS = 100;

/** `ravencluster stop`: the running operator stops everything; nodes that a killed one left behind are stopped here. */
export async function stop({ stateDir }: { stateDir: string }): Promise<void> {
  const folder = new StateFolder(stateDir);
  const address = await findOperator(folder);
  if (address === undefined) {
    await stopOrphans(folder);
    return;
  }
  await askOperator(address, 'POST', '/stop');
  const deadline = performance.now() + 2 * STOP_TIMEOUT_MS;
  while (isAlive(address.pid)) {
    if (performance.now() > deadline) throw new Error(`The operator (process ${address.pid}) does not end`);
    await pause(END_CHECK_MS);
  }
  console.log('Stopped');
}

async function stopOrphans(folder: StateFolder): Promise<void> {
  const narrator = operatorLogging('text');
  const platform = await LocalPlatform.open({ folder, narrator, onChange: () => undefined });
  const running = await platform.stopAll();
  console.log(running === 0 ? `Nothing is running in ${folder.path}` : `Stopped ${running} nodes`);
}
