import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CertificateDirectory } from '../../node/cluster/certificate-directory.ts';
import type { ClusterCommand } from '../../node/cluster/cluster-command.ts';
import { ClusterStateMachine } from '../../node/cluster/cluster-state-machine.ts';
import { encodeEnvelope } from '../../node/cluster/command-envelope.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import type { StoredCertificate } from '../../node/security/certificate-definition.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

function certificate(thumbprint: string, key = thumbprint, notBefore = ''): StoredCertificate {
  return {
    issuer: 'CN=issuer',
    definition: {
      Name: 'x',
      SecurityClearance: 'ValidUser',
      Permissions: {},
      Thumbprint: thumbprint,
      NotBefore: notBefore,
      NotAfter: '',
      PublicKeyPinningHash: key,
      Certificate: '',
    },
  };
}

describe('the certificates that the cluster knows', () => {
  let folder: string;
  let writer: StorageWriter;
  let machine: ClusterStateMachine;
  let directory: CertificateDirectory;
  let told: number;
  let index: number;

  const follow = (of: ClusterStateMachine) => {
    const followed = new CertificateDirectory(of.state);
    of.onRecordsChanged(() => followed.stateChanged());
    return followed;
  };
  const apply = (command: ClusterCommand) => {
    const data = encodeEnvelope({ requestId: null, timeMs: 1, command });
    return machine.apply([{ kind: 'command', index: ++index, term: 1, data }])[0];
  };

  beforeEach(async () => {
    index = 0;
    told = 0;
    folder = await mkdtemp(join(tmpdir(), 'raven-certificates-'));
    writer = new StorageWriter();
    machine = await ClusterStateMachine.open({
      path: join(folder, 'a'),
      writer,
      durable: false,
      logger: silentLogger,
    });
    directory = follow(machine);
    directory.onChanged(() => told++);
    apply({ type: 'PutCertificates', certificates: [certificate('AA'), certificate('BB')] });
  });
  afterEach(async () => {
    await machine.close();
    await writer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are found by their thumbprint in any casing, and by their key and issuer together', () => {
    expect(directory.find('aa')?.definition.Thumbprint).toBe('AA');
    expect(directory.find('CC')).toBeUndefined();
    expect(directory.findSameKey('BB', 'CN=issuer')?.definition.Thumbprint).toBe('BB');
    expect(directory.findSameKey('BB', 'CN=another')).toBeUndefined();
    expect(directory.all()).toHaveLength(2);
  });

  it('are of several with one key the one that was certified last', () => {
    const certificates = [
      certificate('C1', 'C', '2026-02'),
      certificate('C2', 'C', '2026-03'),
      certificate('C3', 'C', '2026-01'),
    ];
    apply({ type: 'PutCertificates', certificates });
    expect(directory.findSameKey('C', 'CN=issuer')?.definition.Thumbprint).toBe('C2');
  });

  it('are trusted with something else after an edit, and with nothing after a delete; each is told once', () => {
    const { revision } = directory;
    apply({
      type: 'EditCertificate',
      thumbprint: 'aa',
      name: 'y',
      clearance: 'Operator',
      permissions: { shop: 'Read' },
    });
    expect(directory.find('AA')?.definition).toMatchObject({
      Name: 'y',
      SecurityClearance: 'Operator',
      Permissions: { shop: 'Read' },
      PublicKeyPinningHash: 'AA',
    });
    apply({ type: 'DeleteCertificates', thumbprints: ['aa', 'unheard'] });
    expect(directory.find('AA')).toBeUndefined();
    expect(directory.revision).toBe(revision + 2);
    expect(told).toBe(3);
  });

  it('are not told of when something else changes', () => {
    const record = { DatabaseName: 'shop', Topology: { Members: ['A'] } };
    apply({ type: 'AddDatabase', record, expectedEtag: null });
    expect(told).toBe(1);
  });

  it('can’t be edited when they don’t exist', () => {
    expect(
      apply({ type: 'EditCertificate', thumbprint: 'CC', name: 'y', clearance: 'Operator', permissions: {} }),
    ).toMatchObject({ error: { name: 'ClusterOperationError' } });
    expect(told).toBe(1);
  });

  it('are those of a snapshot when one is installed, which is told', async () => {
    apply({ type: 'DeleteCertificates', thumbprints: ['AA'] });
    const source = await machine.snapshot();
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.chunks()) chunks.push(chunk);
    const other = await ClusterStateMachine.open({
      path: join(folder, 'b'),
      writer,
      durable: false,
      logger: silentLogger,
    });
    const others = follow(other);
    let toldOther = 0;
    others.onChanged(() => toldOther++);
    await other.restore({ index: source.index, term: 1, configuration: CONFIGURATION }, stream(chunks));
    expect(others.find('BB')?.definition.Thumbprint).toBe('BB');
    expect(others.all()).toHaveLength(1);
    expect(toldOther).toBe(1);
    await other.close();
  });
});

const CONFIGURATION = { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: '@' };

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
