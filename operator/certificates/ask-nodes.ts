import type { NodeTrust } from './certificate-input.ts';
import { NODE_ANSWER_BYTES_MAX, NODE_ANSWER_TIMEOUT_MS } from './limits.ts';

/** A node that has a process, and where it listens. */
export interface RunningNode {
  readonly tag: string;
  /** `https://…`, for the operator. */
  readonly url: string;
}

/** `GET /admin/certificates/state`: what a node has loaded. */
interface CertificateStateReply {
  readonly Server?: { readonly Thumbprint?: unknown; readonly NotAfter?: unknown };
  readonly TrustedCAs?: unknown;
}

/** Asks every node at once which certificates it has loaded. Silence is an answer, too. */
export function askNodes(nodes: readonly RunningNode[], send: typeof fetch): Promise<readonly NodeTrust[]> {
  return Promise.all(
    nodes.map(async ({ tag, url }): Promise<NodeTrust> => {
      try {
        const loaded = readState(await stateOf(url, send));
        return loaded === undefined ? { tag } : { tag, loaded };
      } catch {
        // Down, unreachable, or it does not trust us: the plan waits for it, and the status names it.
        return { tag };
      }
    }),
  );
}

async function stateOf(url: string, send: typeof fetch): Promise<CertificateStateReply> {
  const response = await send(`${url.replace(/\/$/, '')}/admin/certificates/state`, {
    signal: AbortSignal.timeout(NODE_ANSWER_TIMEOUT_MS),
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > NODE_ANSWER_BYTES_MAX)
      throw new RangeError(`${url} answers more than a state of certificates`);
    parts.push(part);
  }
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as CertificateStateReply;
}

/** @returns `undefined` when the answer is none of a node */
export function readState({ Server, TrustedCAs }: CertificateStateReply): NodeTrust['loaded'] {
  const thumbprint = Server?.Thumbprint;
  if (typeof thumbprint !== 'string' || !Array.isArray(TrustedCAs)) return undefined;
  const endMs = typeof Server?.NotAfter === 'string' ? Date.parse(Server.NotAfter) : Number.NaN;
  return {
    thumbprint: thumbprint.toUpperCase(),
    trusted: TrustedCAs.filter((one) => typeof one === 'string').map((one) => one.toUpperCase()),
    ...(Number.isNaN(endMs) ? {} : { notAfterMs: endMs }),
  };
}
