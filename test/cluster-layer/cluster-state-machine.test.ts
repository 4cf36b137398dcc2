import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterCommand } from '../../node/cluster/cluster-command.ts';
import { ClusterStateMachine } from '../../node/cluster/cluster-state-machine.ts';
import { encodeEnvelope } from '../../node/cluster/command-envelope.ts';
import { compareExchangeValues } from '../../node/cluster/compare-exchange-values.ts';
import {
  DIGEST_EVERY_ENTRIES,
  LOG_TIME_STEP_MAX_MS,
  REQUESTS_KEPT_MIN,
  REQUESTS_REMEMBERED_MS,
} from '../../node/cluster/limits.ts';
import { RECORDS } from '../../node/cluster/state/state-keys.ts';
import { silentLogger } from '../../node/observability/logger.ts';
import type { SnapshotSource } from '../../node/rachis/state-machine.ts';
import type { BatchWriter, WriteOptions } from '../../node/storage/batch-writer.ts';
import type { ReadGate } from '../../node/storage/read-gate.ts';
import { StorageWriter } from '../../node/storage/storage-writer.ts';

const create = (DatabaseName: string): ClusterCommand => ({
  type: 'AddDatabase',
  record: { DatabaseName, Topology: { Members: ['A'] } },
  expectedEtag: null,
});
const next: ClusterCommand = { type: 'NextIdentities', database: 'shop', names: ['users'] };

/** A writer whose disk stands still between `hold` and `release`. */
class HeldWriter implements BatchWriter {
  readonly #writer: BatchWriter;
  #gate: Promise<void> = Promise.resolve();
  release = () => {};

  constructor(writer: BatchWriter) {
    this.#writer = writer;
  }

  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  attach(handle: bigint, columns: readonly string[], gate: ReadGate): Promise<number> {
    return this.#writer.attach(handle, columns, gate);
  }

  async write(environment: number, frame: Uint8Array<ArrayBuffer>, options: WriteOptions): Promise<void> {
    await this.#gate;
    return this.#writer.write(environment, frame, options);
  }

  detach(environment: number): Promise<void> {
    return this.#writer.detach(environment);
  }
}

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

  it('has what it applied last after a restart that nothing was flushed before', async () => {
    machine.apply([entry(create('shop')), entry(next)]);
    machine.apply([entry(next)]);
    await machine.close();
    machine = await open('a');
    expect(machine.appliedIndex).toBe(3);
    expect(machine.apply([entry(next)])).toEqual([{ result: [3] }]);
  });

  it('comes to the same digests, at the checkpoints and now, by the log, by a restart and by a snapshot', async () => {
    const first = [entry(create('shop')), entry(create('bar')), entry(next, 'r1')];
    const rest = Array.from({ length: DIGEST_EVERY_ENTRIES }, (_, i) => entry(next, `r${i % 700}`));
    const other = await open('b');
    machine.apply(first);
    other.apply(first);
    expect(other.digests()).toEqual(machine.digests());
    const late = await open('c');
    const source = await machine.snapshot();
    const configuration = { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' };
    const chunks = async function* () {
      yield* source.chunks();
    };
    await late.restore({ index: source.index, term: 1, configuration }, chunks());
    await other.close();
    const again = await open('b');
    // In slices of any size.
    machine.apply(rest);
    for (const one of rest) again.apply([one]);
    late.apply(rest.slice(0, 77));
    late.apply(rest.slice(77));
    const digests = machine.digests();
    expect(digests.map(({ index: at }) => at)).toEqual([DIGEST_EVERY_ENTRIES, index]);
    expect(again.digests()).toEqual(digests);
    expect(late.digests()).toEqual(digests);
    again.apply([entry(next)]);
    expect(again.digests().at(-1)?.digest).not.toBe(digests.at(-1)?.digest);
    await again.close();
    await late.close();
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

  it('forgets requests by the time of the log, on a node that got a snapshot as on the others', async () => {
    let logTimeMs = 0;
    const goOn = (): ClusterCommand => {
      const from = logTimeMs;
      logTimeMs += LOG_TIME_STEP_MAX_MS;
      return { type: 'AdvanceLogTime', from, to: logTimeMs };
    };
    const first = Array.from({ length: REQUESTS_KEPT_MIN + 9 }, (_, i) => entry(next, `r${i}`));
    machine.apply([entry(create('shop')), ...first]);
    const other = await open('b');
    const source = await machine.snapshot();
    const configuration = { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' };
    await other.restore(
      { index: source.index, term: 1, configuration },
      (async function* () {
        yield* source.chunks();
      })(),
    );
    const hour = Array.from({ length: REQUESTS_REMEMBERED_MS / LOG_TIME_STEP_MAX_MS }, () => entry(goOn()));
    const late = Array.from({ length: 10 }, (_, i) => entry(next, `late${i}`));
    const repeated = [...late, entry(next, 'r0'), entry(next, 'r8'), entry(next, 'r10')];
    const outcomes = [machine, other].map((one) => {
      one.apply(hour.slice(1));
      expect(one.rememberedCount).toBe(REQUESTS_KEPT_MIN + 9);
      one.apply(hour);
      expect(one.rememberedCount).toBe(REQUESTS_KEPT_MIN);
      return one.apply(repeated).slice(-3);
    });
    // What was forgotten runs anew, and what was not answers as the first time.
    const last = REQUESTS_KEPT_MIN + 9 + 10;
    expect(outcomes[0]).toEqual([{ result: [last + 1] }, { result: [last + 2] }, { result: [11] }]);
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(other.digests().at(-1)).toEqual(machine.digests().at(-1));
    await other.close();
    const count = machine.rememberedCount;
    await machine.close();
    machine = await open('a');
    expect(machine.rememberedCount).toBe(count);
  });

  it('knows how many bytes of commands its storage has not taken yet', async () => {
    const held = new HeldWriter(writer);
    const slow = await ClusterStateMachine.open({
      path: join(folder, 'slow'),
      writer: held,
      durable: true,
      logger: silentLogger,
    });
    held.hold();
    const commands = [entry(create('shop')), entry(next), entry(next)];
    const [first, ...rest] = commands.map(({ data }) => data.byteLength) as [number, number, number];
    slow.apply(commands.slice(0, 1));
    expect(slow.unwrittenBytes).toBe(first);
    slow.apply(commands.slice(1));
    expect(slow.unwrittenBytes).toBe(rest.reduce((sum, bytes) => sum + bytes, first));
    held.release();
    await slow.flush();
    expect(slow.unwrittenBytes).toBe(0);
    await slow.close();
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

  describe('compare-exchange values', () => {
    const put = (key: string, value: string, at = 0): ClusterCommand => ({
      type: 'PutCompareExchange',
      database: 'shop',
      key,
      index: at,
      value,
      expiresAtMs: null,
    });
    const valuesOf = (one: ClusterStateMachine) =>
      Object.fromEntries(
        compareExchangeValues(one.state, 'shop')
          .list('', 100)
          .map(({ key, value }) => [key, value]),
      );
    const carry = async (source: SnapshotSource, to: ClusterStateMachine) => {
      const configuration = { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' };
      await to.restore(
        { index: source.index, term: 1, configuration },
        (async function* () {
          yield* source.chunks();
        })(),
      );
      source.close();
    };

    it('are there again after a restart, at the index of their command', async () => {
      machine.apply([entry(create('shop')), entry(put('a', '1')), entry(put('b', '2'))]);
      await machine.flush();
      await machine.close();
      machine = await open('a');
      expect(valuesOf(machine)).toEqual({ a: '1', b: '2' });
      expect(machine.apply([entry(put('a', '3', 2))])).toEqual([
        { result: { isSuccessful: true, index: 4, value: null } },
      ]);
    });

    it('are in a snapshot as they were when it was taken, and take the place of all others', async () => {
      machine.apply([entry(create('shop')), entry(put('a', '1')), entry(put('b', '2'))]);
      const source = await machine.snapshot();
      machine.apply([entry(put('a', 'later', 2)), entry(put('c', 'later'))]);
      await machine.flush();
      const other = await open('b');
      index = 0;
      other.apply([entry(create('shop')), entry(put('old', '0'))]);
      await carry(source, other);
      expect(valuesOf(other)).toEqual({ a: '1', b: '2' });
      await other.close();
      const again = await open('b');
      expect(valuesOf(again)).toEqual({ a: '1', b: '2' });
      // Another one on top, over what the first left behind.
      await carry(await machine.snapshot(), again);
      expect(valuesOf(again)).toEqual({ a: 'later', b: '2', c: 'later' });
      await again.close();
    });

    it('stay as they were when a restore breaks off', async () => {
      machine.apply([entry(create('shop')), entry(put('a', '1'))]);
      const other = await open('b');
      index = 0;
      other.apply([entry(create('shop')), entry(put('old', '0'))]);
      const source = await machine.snapshot();
      const configuration = { clusterId: 'c', nodes: [], outgoingMembers: [], lastTag: 'A' };
      const broken = other.restore(
        { index: 9, term: 1, configuration },
        (async function* () {
          yield* source.chunks();
          throw new Error('cut off');
        })(),
      );
      await expect(broken).rejects.toThrow('cut off');
      source.close();
      expect(valuesOf(other)).toEqual({ old: '0' });
      await carry(await machine.snapshot(), other);
      expect(valuesOf(other)).toEqual({ a: '1' });
      await other.close();
    });

    it('answers the repeated request as the first one, but for a long value that is not kept', async () => {
      machine.apply([entry(create('shop')), entry(put('short', '1')), entry(put('long', 'x'.repeat(2000)))]);
      const refused = [entry(put('short', '2'), 'r1'), entry(put('long', '2'), 'r2')];
      const first = machine.apply(refused);
      expect(first).toEqual([
        { result: { isSuccessful: false, index: 2, value: '1' } },
        { result: { isSuccessful: false, index: 3, value: 'x'.repeat(2000) } },
      ]);
      expect(machine.apply([entry(put('short', '2'), 'r1'), entry(put('long', '2'), 'r2')])).toEqual([
        first[0],
        { result: { isSuccessful: false, index: 3, value: undefined } },
      ]);
    });
  });

  it('answers bytes that are no command with an error', () => {
    const outcome = machine.apply([
      { kind: 'command', index: ++index, term: 1, data: Buffer.from([0xc1, 1, 2]) },
    ]);
    expect(outcome[0]).toHaveProperty('error');
  });
});
