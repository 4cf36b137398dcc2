import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KindRef, KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { BUILT_BINARIES, findProgram } from './kubernetes-binaries.ts';

/** Where `test/kubernetes/build` puts the definitions of cert-manager's resources. */
const DEFINITIONS = join(BUILT_BINARIES, 'cert-manager-crds');

export const CERT_MANAGER = existsSync(DEFINITIONS) ? findProgram('cert-manager') : undefined;

export const ISSUER: KindRef = kindOf('Issuer', 'issuers');
export const CERTIFICATE: KindRef = kindOf('Certificate', 'certificates');

const DEFINITION: KindRef = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** The real controllers of cert-manager, for issuers with a certificate authority of their own. */
export class CertManager {
  readonly #client: KubeClient;
  readonly #definitions: readonly KubeObject[];
  readonly #process: ChildProcess;

  private constructor(client: KubeClient, definitions: readonly KubeObject[], process: ChildProcess) {
    this.#client = client;
    this.#definitions = definitions;
    this.#process = process;
  }

  /** Defines its resources and begins to work on them, in all namespaces. */
  static async start(client: KubeClient, kubeconfig: string): Promise<CertManager> {
    if (CERT_MANAGER === undefined) throw new Error('cert-manager is not built: npm run kubernetes:build');
    const files = (await readdir(DEFINITIONS)).filter((file) => file.endsWith('.yaml'));
    const definitions = await Promise.all(
      files.map(async (file) => parse(await readFile(join(DEFINITIONS, file), 'utf8')) as KubeObject),
    );
    for (const definition of definitions) {
      await client.apply(definition, { kind: DEFINITION, fieldManager: 'test', force: true });
    }
    for (const kind of [ISSUER, CERTIFICATE]) await waitUntil(kind.plural, () => client.list(kind));
    const process = spawn(CERT_MANAGER, [kubeconfig], { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = createInterface({ input: process.stdout });
    await Promise.race([
      once(lines, 'line'),
      once(process, 'exit').then(() => Promise.reject(new Error('cert-manager ended at once'))),
    ]);
    return new CertManager(client, definitions, process);
  }

  /** Ends it, and removes the definitions: other tests are about Kubernetes without it. */
  async stop(): Promise<void> {
    const over = once(this.#process, 'exit');
    this.#process.kill();
    await over;
    for (const { metadata } of this.#definitions) {
      await this.#client.delete({ kind: DEFINITION, name: metadata.name });
    }
    await waitUntil('the definitions to be gone', async () => {
      const { items } = await this.#client.list(DEFINITION);
      return items.every(({ metadata }) => !metadata.name.endsWith('.cert-manager.io'));
    });
  }
}

function kindOf(kind: string, plural: string): KindRef {
  return { apiVersion: 'cert-manager.io/v1', kind, plural, namespaced: true };
}
