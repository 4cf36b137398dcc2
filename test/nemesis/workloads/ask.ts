import { setTimeout as delay } from 'node:timers/promises';
import { HttpFailure, requestText } from '../../processes/harness/http-json.ts';
import type { RavenNode } from '../../processes/harness/raven-node.ts';
import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';

/** Longest wait for one answer, and pause before the next node is tried, in milliseconds. */
const ATTEMPT_TIMEOUT_MS = 3_000;
const RETRY_PAUSE_MS = 30;

/** Nodes that one command is sent to, with the same request id. */
const ATTEMPTS_MAX = 4;

/** How often a first answer counts as lost, as with a connection that breaks: the same command comes again. */
const ANSWER_LOST = 0.1;

/** Guards need a version that knows them. */
const HEADERS = { 'Raven-Client-Version': '7.2.6' };

export interface Question {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** After `/databases/{database}`. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * `ok`: a status below 400. `refused`: it has not taken effect, and will not. `unknown`: anything else; only a question
 * that changes nothing may count that as refused.
 */
export type Reply =
  | { readonly type: 'ok'; readonly text: string; readonly node: string }
  | { readonly type: 'refused' | 'unknown'; readonly error: string; readonly node: string };

export async function ask(node: RavenNode, database: string, question: Question): Promise<Reply> {
  const { method, path, body, headers } = question;
  try {
    const text = await requestText(method, `${node.url}/databases/${database}${path}`, {
      ...(body === undefined ? {} : { body }),
      headers: { ...HEADERS, ...headers },
      timeoutMs: ATTEMPT_TIMEOUT_MS,
    });
    return { type: 'ok', text, node: node.url };
  } catch (error) {
    return { type: isCertain(error) ? 'refused' : 'unknown', error: shown(error), node: node.url };
  }
}

/** A conflict is decided; a connection that nobody took has carried nothing. All else may have been done. */
function isCertain(error: unknown): boolean {
  if (error instanceof HttpFailure) return error.status === 409;
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause as { readonly code?: unknown } | undefined)?.code === 'ECONNREFUSED';
}

function shown(error: unknown): string {
  if (error instanceof HttpFailure) return `${error.status} ${error.type}`;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/**
 * Sends a command that carries its request id to one node after the other until one says what became of it: the cluster
 * runs it once, however often it comes.
 */
export async function askUntilKnown(
  random: SeededRandom,
  pick: () => RavenNode | undefined,
  { database, question }: { readonly database: string; readonly question: Question },
): Promise<Reply> {
  let isSent = false;
  let last: Reply = { type: 'refused', error: 'no node to ask', node: '' };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (attempt > 0) await delay(RETRY_PAUSE_MS);
    const node = pick();
    if (node === undefined) continue;
    last = await ask(node, database, question);
    if (attempt === 0 && random.chance(ANSWER_LOST))
      last = { type: 'unknown', error: 'lost', node: node.url };
    if (last.type === 'ok' || (last.type === 'refused' && !last.error.includes('ECONNREFUSED'))) return last;
    isSent ||= last.type === 'unknown';
  }
  return last.type === 'refused' && isSent ? { ...last, type: 'unknown' } : last;
}
