import { LEASE } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { LEASE_NAME } from '../../../operator/platform/kubernetes/controller/kubernetes-operator.ts';
import { isWrite, type ProxiedRequest } from './fault-proxy.ts';
import { type OperatorWorld, TestOperator } from './operator-world.ts';

/** Looks with nothing left to do after which a step counts as done. */
const LOOKS = 2;

/** Lives of an operator that a step may take; many times what it needs. */
const LIVES_MAX = 100;

/**
 * How often an operator dies after a write to the same object within a step. What it remembers and reports comes before
 * everything that it does: if it always died there, it would never do anything.
 */
const DEATHS_MAX = 3;
const DEATHS_AT_NOTES_MAX = 1;

const isStep = (request: ProxiedRequest): boolean =>
  isWrite(request) && !/\/(leases|events)(\/|$)/.test(request.url.pathname);

const isNote = ({ url }: ProxiedRequest): boolean => /\/(shop-operator|status)$/.test(url.pathname);

/**
 * Lets operators work one after the other, each killed after a write that was carried out and that it never hears of,
 * until one finds nothing left to do.
 *
 * @param isDone waits until there is nothing left to do
 * @returns the writes after which one died, in order: `<method> <path>`
 */
export async function workInLives(
  world: OperatorWorld,
  isDone: (operator: TestOperator) => Promise<unknown> = (operator) => operator.looks(LOOKS),
): Promise<readonly string[]> {
  const deaths: string[] = [];
  for (let lives = 1; lives <= LIVES_MAX; lives++) {
    const operator = await TestOperator.start(world, { isQuick: false });
    const wrote = new Promise<boolean>((resolve) => {
      operator.proxy.onAnswer((request) => {
        const write = `${request.method} ${request.url.pathname}`;
        const before = deaths.filter((death) => death === write).length;
        const isSpared = before >= (isNote(request) ? DEATHS_AT_NOTES_MAX : DEATHS_MAX);
        if (!isStep(request) || isSpared) return;
        deaths.push(write);
        operator.proxy.down();
        resolve(true);
      });
    });
    const wasKilled = await Promise.race([wrote, isDone(operator).then(() => false)]);
    await operator.kill();
    // It is dead for certain, so the next one need not wait until its lease runs out.
    await world.client.delete({ kind: LEASE, namespace: world.namespace, name: LEASE_NAME });
    if (!wasKilled) return deaths;
  }
  throw new Error(`${LIVES_MAX} operators did not come to an end`);
}
