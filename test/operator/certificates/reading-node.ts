import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, type SecureContextOptions } from 'node:tls';
import {
  describeCertificate,
  describeCertificates,
} from '../../../operator/certificates/describe-certificate.ts';
import { SECRET_KEYS, type SecretObject, secretText } from '../../../operator/certificates/secret-object.ts';

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly trust: string;
}

function filesOf(secret: SecretObject): Files {
  const read = (key: string): string => secretText(secret, key) ?? '';
  return {
    certificate: read(SECRET_KEYS.certificate),
    key: read(SECRET_KEYS.key),
    trust: read(SECRET_KEYS.trust),
  };
}

/**
 * The TLS side of a node: it shows and trusts what it last read of a Secret, over real sockets, and says so to whoever
 * shows a certificate that it trusts.
 */
export class ReadingNode {
  readonly tag: string;
  readonly #server: Server;
  #files: Files;

  private constructor(tag: string, files: Files) {
    this.tag = tag;
    this.#files = files;
    this.#server = createServer(
      { ...this.#context(), requestCert: true, rejectUnauthorized: true },
      (_, response) => response.end(JSON.stringify(this.#state())),
    );
  }

  static async start(tag: string, secret: SecretObject): Promise<ReadingNode> {
    const node = new ReadingNode(tag, filesOf(secret));
    node.#server.listen(0, '127.0.0.1');
    await once(node.#server, 'listening');
    return node;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What a kubelet brings and the node loads, without a restart. */
  load(secret: SecretObject): void {
    this.#files = filesOf(secret);
    this.#server.setSecureContext(this.#context());
  }

  /** A connection to another node, with certificates shown and checked from both sides. */
  async greet(peer: ReadingNode): Promise<void> {
    const { certificate, key, trust } = this.#files;
    const secureContext = createSecureContext({ cert: certificate, key, ca: trust });
    const socket = connect({
      port: peer.port,
      host: '127.0.0.1',
      servername: 'localhost',
      secureContext,
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const part of socket) text += String(part);
    if (!text.startsWith('HTTP/1.1 200')) throw new Error(`${peer.tag} does not answer ${this.tag}: ${text}`);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #context(): SecureContextOptions {
    const { certificate, key, trust } = this.#files;
    return { cert: certificate, key, ca: trust };
  }

  #state(): unknown {
    const { thumbprint, notAfterMs } = describeCertificate(this.#files.certificate);
    return {
      Server: { Thumbprint: thumbprint, NotAfter: new Date(notAfterMs).toISOString() },
      TrustedCAs: describeCertificates(this.#files.trust).map(({ sha256 }) => sha256),
    };
  }
}
