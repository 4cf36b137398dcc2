import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { operatorClientSecretName } from '../../../operator/resources/names.ts';
import { run } from '../harness/shell.ts';

/** What a client shows to nodes, and what it accepts from them. */
export interface ClientCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
  /** The same certificate and key as PKCS #12, without a password: what the official client takes for any kind of key. */
  readonly pfx: Buffer;
}

/** The administrator's certificate of a cluster, as it is in the Secret now; undefined while there is none. */
export async function readClientCertificate(
  client: KubeClient,
  namespace: string,
  cluster: string,
): Promise<ClientCertificate | undefined> {
  const name = operatorClientSecretName(cluster);
  const secret = await client.get<KubeObject & { readonly data?: Readonly<Record<string, string>> }>({
    kind: SECRET,
    namespace,
    name,
  });
  const [certificate, key, authorities] = ['tls.crt', 'tls.key', 'ca.crt'].map((file) => {
    const value = secret?.data?.[file];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  });
  if (certificate === undefined || key === undefined || authorities === undefined) return undefined;
  return { certificate, key, authorities, pfx: await toPkcs12(certificate, key) };
}

async function toPkcs12(certificate: string, key: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'client-certificate-'));
  try {
    const file = (name: string) => join(folder, name);
    await writeFile(file('tls.crt'), certificate);
    await writeFile(file('tls.key'), key, { mode: 0o600 });
    const input = ['-in', file('tls.crt'), '-inkey', file('tls.key')];
    await run('openssl', ['pkcs12', '-export', '-passout', 'pass:', ...input, '-out', file('client.pfx')]);
    return await readFile(file('client.pfx'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
