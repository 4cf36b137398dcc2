import { Agent, fetch as undiciFetch } from 'undici';
import type { ClientIdentity } from './client-identity.ts';
import { NODE_ANSWER_TIMEOUT_MS } from './limits.ts';

/**
 * `fetch` to the nodes of one cluster with the certificate of the operator. When the certificates change, connections
 * that were made with the old ones are closed after their last answer.
 */
export class SecureFetch {
  #agent: Agent;
  #identity: ClientIdentity;

  constructor(identity: ClientIdentity) {
    this.#identity = identity;
    this.#agent = agentOf(identity);
  }

  use(identity: ClientIdentity): void {
    const { certificate, trust } = this.#identity;
    if (identity.certificate === certificate && identity.trust === trust) return;
    const old = this.#agent;
    this.#identity = identity;
    this.#agent = agentOf(identity);
    void old.close();
  }

  /** As the global `fetch`, of which undici is the implementation. */
  readonly fetch: typeof fetch = ((input: string | URL, init?: RequestInit) =>
    undiciFetch(input, {
      ...(init as Parameters<typeof undiciFetch>[1]),
      dispatcher: this.#agent,
    })) as unknown as typeof fetch;

  /** Breaks what is still open. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function agentOf({ certificate, key, trust }: ClientIdentity): Agent {
  return new Agent({
    connect: { cert: certificate, key: key.reveal(), ca: trust, timeout: NODE_ANSWER_TIMEOUT_MS },
  });
}
