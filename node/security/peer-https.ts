import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { CertificateStore } from './certificate-store.ts';
import { PEER_ANSWER_BYTES_MAX } from './limits.ts';
import { peerTlsOptions, serverFault } from './tls-dialer.ts';

/** What is needed of another node's answer. */
export interface PeerAnswer {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<unknown>;
  text(): Promise<string>;
}

/** GETs a URL of another node. Rejects when there is no answer. */
export type PeerFetch = (url: string, options: { readonly signal: AbortSignal }) => Promise<PeerAnswer>;

/** GETs a URL of another node as this node: by mutual TLS. One connection a request; nodes rarely ask one another. */
export function fetchByTls(store: CertificateStore, url: string, signal: AbortSignal): Promise<PeerAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const sent = request(url, { ...peerTlsOptions(store, host), agent: false, signal });
    sent.once('error', reject);
    sent.once('socket', (socket) => {
      socket.once('secureConnect', () => {
        const fault = serverFault(socket as TLSSocket, store);
        if (fault !== null) sent.destroy(new Error(`What answers at ${url} is not trusted: ${fault}.`));
        // Held back until here: the request itself is for the right server only.
        else sent.end();
      });
    });
    sent.once('response', (response) => {
      gather(response).then((body) => resolve(answerOf(response.statusCode ?? 0, body)), reject);
    });
  });
}

async function gather(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > PEER_ANSWER_BYTES_MAX) {
      throw new Error(`Another node's answer has more than ${PEER_ANSWER_BYTES_MAX} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function answerOf(status: number, body: Buffer): PeerAnswer {
  return {
    ok: status >= 200 && status < 300,
    status,
    json: async () => JSON.parse(body.toString('utf8')) as unknown,
    text: async () => body.toString('utf8'),
  };
}
