import type { NodeId } from '../core/entry.ts';
import type { RachisState } from '../core/ready.ts';
import {
  ClusterTimeoutError,
  NodePassiveError,
  NoLeaderError,
  RachisClosedError,
  RetryError,
} from '../rachis-error.ts';
import type { LinkConnection } from '../transport/link-connection.ts';

/** What the route has to know of the node. */
export interface RouteView {
  state(): RachisState;
  leader(): NodeId | null;
  connectionTo(id: NodeId): LinkConnection | null;
  /** Resolves at the next change of leader, state or connection, or after the given time. */
  changed(withinMs: number): Promise<void>;
  isClosed(): boolean;
}

/** Time between tries when nothing is known to have changed, in milliseconds. */
const RETRY_PAUSE_MS = 25;

/**
 * Has something done by the leader, here or elsewhere, trying again as leaders come and go. What is asked must be such
 * that doing it twice does no harm: a connection that breaks doesn't tell whether it was done.
 *
 * @throws NodePassiveError, NoLeaderError, ClusterTimeoutError, and whatever the leader answers
 */
export async function viaLeader<T>(
  view: RouteView,
  timeoutMs: number,
  locally: () => Promise<T>,
  remotely: (leader: LinkConnection) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let wasAsked = false;
  let problem = 'no leader is known';
  for (;;) {
    if (view.isClosed()) throw new RachisClosedError('the node is shutting down');
    const state = view.state();
    if (state === 'Passive') throw new NodePassiveError('This node is in no cluster.');
    const leader = view.leader();
    const connection = leader === null || state === 'Leader' ? null : view.connectionTo(leader);
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw outcomeOf(wasAsked, timeoutMs, problem);
    try {
      if (state === 'Leader') {
        wasAsked = true;
        return await within(locally(), leftMs);
      }
      if (connection !== null) {
        wasAsked = true;
        return await within(remotely(connection), leftMs);
      }
      if (leader !== null) problem = 'there is no connection to the leader';
    } catch (error) {
      if (!(error instanceof RetryError)) throw error;
      problem = error.message;
    }
    await view.changed(Math.min(RETRY_PAUSE_MS, leftMs));
  }
}

function outcomeOf(wasAsked: boolean, timeoutMs: number, problem: string): Error {
  return wasAsked
    ? new ClusterTimeoutError(`No answer from the leader within ${timeoutMs} ms: ${problem}.`)
    : new NoLeaderError(`No leader within ${timeoutMs} ms: ${problem}.`);
}

/** Gives up waiting after the time with a RetryError, whose round then finds that the time is up. */
function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new RetryError('the leader did not answer in time')), timeoutMs);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
