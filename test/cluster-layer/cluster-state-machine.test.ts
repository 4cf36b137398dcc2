import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterCommand } from '../../node/cluster/cluster-command.ts';
import { ClusterStateMachine } from '../../node/cluster/cluster-state-machine.ts';
import { encodeEnvelope } from '../../node/cluster/command-envelope.ts';
import { RECORDS } from '../../node/cluster/state/state-keys.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

const create = (DatabaseName: string): ClusterCommand => ({
  type: 'AddDatabase',
  record: { DatabaseName, Topology: { Members: ['A'] } },
  expectedEtag: null,
});
const next: ClusterCommand = { type: 'NextIdentities', database: 'shop', names: ['users'] };

describe('ClusterStateMachine', () => {
  let folder: string;
  let writer: StorageWriter;
  let machine: ClusterStateMachine;
  let index: number;

  const open = (name: string) =>
    ClusterStateMachine.open({ path: join(folder, name), writer, durable: true, logger: silentLogger });
  const entry = (command: ClusterCommand, requestId: string | null = null) => ({
    kind: 'command' as const,
    index: ++index,
    term: 1,
    data: encodeEnvelope({ requestId, timeMs: 1, command }),
  });

  beforeEach(async () => {
    index = 0;
    folder = await mkdtemp(join(tmpdir(), 'raven-cluster-'));
    writer = new StorageWriter();
    machine = await open('a');
  });

  afterEach(async () => {
    await machine.close();
    await writer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds its state and its index again after a restart', async () => {
    machine.apply([entry(create('shop')), entry(next), { kind: 'noop', index: ++index, term: 1 }]);
    expect(await machine.flush()).toBe(3);
    await machine.close();
    machine = await open('a');
    expect(machine.appliedIndex).toBe(3);
    expect(machine.apply([entry(next)])).toEqual([{ result: [2] }]);
  });

  it('runs a request once, however often and wherever it is sent again, over restart and snapshot too', async () => {
    machine.apply([entry(create('shop')), entry(next, 'r1')]);
    expect(machine.apply([entry(next, 'r1')])).toEqual([{ result: [1] }]);
    await machine.flush();
    await machine.close();
    machine = await open('a');
    expect(machine.apply([entry(next, 'r1'), entry(next, 'r2')])).toEqual([{ result: [1] }, { result: [2] }]);
    const other = await open('b');
    const source = await machine.snapshot();
    const configuration = { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' };
    await other.restore(
      { index: source.index, term: 1, configuration },
      (async function* () {
        yield* source.chunks();
      })(),
    );
    expect(other.appliedIndex).toBe(machine.appliedIndex);
    expect(other.apply([entry(next, 'r2'), entry(next, 'r3')])).toEqual([{ result: [2] }, { result: [3] }]);
    await other.close();
  });

  it('replaces everything by a restore, keeps it over a restart, and tells those who watch records', async () => {
    machine.apply([entry(create('old')), entry(create('shop'))]);
    const other = await open('b');
    other.apply([entry(create('new'))]);
    const source = await other.snapshot();
    let changes = 0;
    machine.onRecordsChanged(() => changes++);
    const metadata = {
      index: 9,
      term: 2,
      configuration: { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' },
    };
    await machine.restore(
      metadata,
      (async function* () {
        yield* source.chunks();
      })(),
    );
    expect(changes).toBe(1);
    await machine.close();
    machine = await open('a');
    expect(machine.state.list(RECORDS).map(([key]) => key)).toEqual(['record/new']);
    expect(machine.restoredSnapshot).toEqual(metadata);
    await other.close();
  });

  it('answers bytes that are no command with an error', () => {
    const outcome = machine.apply([
      { kind: 'command', index: ++index, term: 1, data: Buffer.from([0xc1, 1, 2]) },
    ]);
    expect(outcome[0]).toHaveProperty('error');
  });
});
