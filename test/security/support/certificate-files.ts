import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestAuthority, TestCertificate } from './test-authority.ts';

/** The files of one node's TLS, each replaced as a whole. */
export class CertificateFiles {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(server: TestCertificate, trusted: readonly TestAuthority[]): Promise<CertificateFiles> {
    const files = new CertificateFiles(await mkdtemp(join(tmpdir(), 'raven-tls-')));
    await files.serve(server);
    await files.trust(trusted);
    return files;
  }

  /** The settings by which a node uses them. */
  get settings(): readonly string[] {
    return [
      `--Security.Certificate.Path=${join(this.folder, 'tls.crt')}`,
      `--Security.Certificate.Key.Path=${join(this.folder, 'tls.key')}`,
      `--Security.Certificate.TrustedCAs.Path=${join(this.folder, 'ca.crt')}`,
    ];
  }

  async serve({ pem, keyPem }: Pick<TestCertificate, 'pem' | 'keyPem'>): Promise<void> {
    await this.#replace('tls.key', keyPem);
    await this.#replace('tls.crt', pem);
  }

  trust(authorities: readonly TestAuthority[]): Promise<void> {
    return this.#replace('ca.crt', authorities.map(({ pem }) => pem).join(''));
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  async #replace(name: string, content: string): Promise<void> {
    await writeFile(join(this.folder, `${name}.new`), content);
    await rename(join(this.folder, `${name}.new`), join(this.folder, name));
  }
}
