import type { IncomingHttpHeaders } from 'node:http';
import { type Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { TestAuthority, TestCertificate } from './test-authority.ts';

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
  /** SHA-1 of what the server showed, upper-case hex; empty for a resumed session. */
  readonly serverThumbprint: string;
  readonly isSessionReused: boolean;
}

/** What a client shows: PEM, or a PKCS#12 file. */
export type ClientCertificate =
  | Pick<TestCertificate, 'pem' | 'keyPem'>
  | { readonly pfx: Buffer; readonly passphrase?: string };

export interface HttpsRequestOptions {
  readonly method?: string;
  readonly body?: unknown;
  /** Absent: no client certificate. */
  readonly as?: ClientCertificate;
  readonly trusting: readonly Pick<TestAuthority, 'pem'>[];
  /** Absent: a connection of its own. */
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request as any client would send it: the server's certificate and name are checked. */
export function httpsRequest(url: string, options: HttpsRequestOptions): Promise<HttpsAnswer> {
  const { method = 'GET', body, as, trusting, agent = false, headers = {} } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        agent,
        headers,
        ca: trusting.map(({ pem }) => pem),
        ...(as === undefined ? {} : 'pfx' in as ? as : { cert: as.pem, key: as.keyPem }),
      },
      (response) => {
        const socket = response.socket as TLSSocket;
        const { fingerprint = '' } = socket.getPeerCertificate();
        const isSessionReused = socket.isSessionReused();
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            body: bytes.toString(),
            serverThumbprint: fingerprint.replaceAll(':', ''),
            isSessionReused,
          });
        });
      },
    );
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}
