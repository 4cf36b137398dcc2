import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInvocation } from '../../../node/configuration/node-configuration.ts';
import { NodeLogging } from '../../../node/observability/node-logging.ts';
import { NODE_UNIT, OPERATOR_UNIT } from '../../../node/security/identity.ts';
import { NodeServer } from '../../../node/server.ts';
import { CertificateFiles } from './certificate-files.ts';
import { type HttpsAnswer, type HttpsRequestOptions, httpsRequest } from './https-request.ts';
import { TestAuthority, type TestCertificate } from './test-authority.ts';

/** A whole node in this process that serves HTTPS, with an authority, its own certificate and an operator's. */
export class SecuredNode {
  readonly authority: TestAuthority;
  readonly certificate: TestCertificate;
  readonly operator: TestCertificate;
  readonly files: CertificateFiles;
  readonly server: NodeServer;
  readonly #folder: string;
  readonly #logging: NodeLogging;

  private constructor(
    authority: TestAuthority,
    certificate: TestCertificate,
    operator: TestCertificate,
    files: CertificateFiles,
    server: NodeServer,
    folder: string,
    logging: NodeLogging,
  ) {
    this.authority = authority;
    this.certificate = certificate;
    this.operator = operator;
    this.files = files;
    this.server = server;
    this.#folder = folder;
    this.#logging = logging;
  }

  static async start(settings: readonly string[] = []): Promise<SecuredNode> {
    const authority = await TestAuthority.create('cluster CA');
    const certificate = await authority.issue({ commonName: 'node', units: [NODE_UNIT] });
    const operator = await authority.issue({ commonName: 'operator', units: [OPERATOR_UNIT], key: 'RSA' });
    const files = await CertificateFiles.create(certificate, [authority]);
    const folder = await mkdtemp(join(tmpdir(), 'raven-secured-'));
    const invocation = readInvocation({
      args: [
        '--ServerUrl=https://127.0.0.1:0',
        `--DataDir=${folder}`,
        '--RunInMemory=true',
        '--Logs.MinLevel=Off',
        ...files.settings,
        ...settings,
      ],
      environment: {},
      workingDirectory: folder,
    });
    if (invocation.wants !== 'run') throw new Error(`The node wants ${invocation.wants}.`);
    const logging = new NodeLogging({ format: 'text', level: 'Off' });
    const server = await NodeServer.start(invocation.configuration, logging);
    return new SecuredNode(authority, certificate, operator, files, server, folder, logging);
  }

  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return Number(new URL(this.server.url).port);
  }

  get tcpPort(): number {
    return Number(new URL(this.server.tcpUrl).port);
  }

  /** Trusts the node's own authority unless it is told others. */
  request(path: string, options: Partial<HttpsRequestOptions> = {}): Promise<HttpsAnswer> {
    return httpsRequest(this.url + path, { trusting: [this.authority], ...options });
  }

  /** As the operator; throws when it is not let. */
  async administer(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await this.request(path, {
      method,
      as: this.operator,
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body;
  }

  /** The value of a metric with these labels, as Prometheus would read it; undefined when it has none. */
  async metric(series: string): Promise<number | undefined> {
    const text = await this.administer('GET', '/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.#logging.close();
    await this.files.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
