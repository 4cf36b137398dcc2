import { onTestFinished } from 'vitest';
import type { RavenCluster } from '../../../operator/api/raven-cluster.ts';
import {
  CertificateKeeper,
  type CertificatesResult,
} from '../../../operator/certificates/reconcile-certificates.ts';
import { type SecretObject, secretData } from '../../../operator/certificates/secret-object.ts';
import { SECRET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { sampleCluster } from '../../operator/certificates/ravencluster-sample.ts';
import { ReadingNode } from '../../operator/certificates/reading-node.ts';
import { adminClient, newNamespace } from './api-test.ts';

/** One cluster's certificates on a real API, with nodes that read them, and a clock of its own. */
export class CertificateScene {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly told: string[] = [];
  readonly nodes: ReadingNode[] = [];
  cluster: RavenCluster;
  nowMs = Date.now();
  #keeper: CertificateKeeper;

  private constructor(client: KubeClient, namespace: string, spec: Readonly<Record<string, unknown>>) {
    this.client = client;
    this.namespace = namespace;
    this.cluster = sampleCluster(spec, { namespace });
    this.#keeper = this.#newKeeper();
    onTestFinished(async () => {
      for (const node of this.nodes) node.stop();
      await this.#keeper.stop();
    });
  }

  static async open(spec: Readonly<Record<string, unknown>> = {}): Promise<CertificateScene> {
    const client = adminClient();
    return new CertificateScene(client, await newNamespace(client), spec);
  }

  look(): Promise<CertificatesResult> {
    const running = this.nodes.map(({ tag, url }) => ({ tag, url }));
    return this.#keeper.reconcile(this.cluster, running, this.nowMs);
  }

  /** The operator is started anew. */
  async restart(): Promise<void> {
    await this.#keeper.stop();
    this.#keeper = this.#newKeeper();
  }

  async secret(name: string): Promise<SecretObject> {
    const found = await this.client.get<SecretObject>({ kind: SECRET, namespace: this.namespace, name });
    if (found === undefined) throw new Error(`There is no Secret ${name}`);
    return found;
  }

  delete(name: string): Promise<boolean> {
    return this.client.delete({ kind: SECRET, namespace: this.namespace, name });
  }

  async write(name: string, texts: Readonly<Record<string, string>>): Promise<void> {
    const metadata = { namespace: this.namespace, name };
    const secret: SecretObject = { apiVersion: 'v1', kind: 'Secret', metadata, data: secretData(texts) };
    await this.client.apply(secret, { fieldManager: 'somebody', force: true });
  }

  annotate(annotations: Readonly<Record<string, string>>): void {
    const { metadata } = this.cluster;
    this.cluster = { ...this.cluster, metadata: { ...metadata, annotations } };
  }

  async startNodes(...tags: readonly string[]): Promise<void> {
    const secret = await this.secret('db-server');
    for (const tag of tags) this.nodes.push(await ReadingNode.start(tag, secret));
  }

  async load(...tags: readonly string[]): Promise<void> {
    const secret = await this.secret('db-server');
    for (const node of this.nodes) if (tags.includes(node.tag)) node.load(secret);
  }

  /** Every node speaks with every other, from both sides. */
  async greetAll(): Promise<void> {
    for (const from of this.nodes) for (const to of this.nodes) await from.greet(to);
  }

  async versions(): Promise<readonly (string | undefined)[]> {
    const names = ['db-ca', 'db-server', 'db-operator-client', 'db-metrics-client'];
    const secrets = await Promise.all(names.map((name) => this.secret(name)));
    return secrets.map(({ metadata }) => metadata.resourceVersion);
  }

  #newKeeper(): CertificateKeeper {
    return new CertificateKeeper({
      client: this.client,
      clusterDomain: 'cluster.local',
      tell: (message) => this.told.push(message),
    });
  }
}
