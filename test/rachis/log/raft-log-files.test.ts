import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../node/observability/logger.ts';
import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import { RaftLogCorruptError } from '../../../node/rachis/log/log-error.ts';
import type { StoredLog } from '../../../node/rachis/log/log-image.ts';
import { RaftLogFiles } from '../../../node/rachis/log/raft-log-files.ts';

const configuration: Configuration = {
  clusterId: 'c',
  nodes: [{ id: 'n1', tag: 'A', url: 'http://a', tcpAddress: 'a:1', role: 'member' }],
  outgoingMembers: [],
  lastTag: 'A',
};
const at = (index: number, term: number) => ({ index, term, configuration });

function command(index: number, term: number, text: string): Entry {
  return { kind: 'command', index, term, data: Buffer.from(text) };
}

function entries(from: number, count: number, term: number, bytes = 10): Entry[] {
  return Array.from({ length: count }, (_, i) =>
    command(from + i, term, `${from + i}/${term}/`.padEnd(bytes, 'x')),
  );
}

let folder = '';
const opened: RaftLogFiles[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raft-log-'));
});
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  rmSync(folder, { recursive: true, force: true });
});

const options = (segmentBytes: number) => ({
  folder,
  logNumber: 77,
  logger: silentLogger,
  durable: true,
  segmentBytes,
});

async function create(segmentBytes = 64 * 1024): Promise<RaftLogFiles> {
  const log = await RaftLogFiles.create(options(segmentBytes));
  opened.push(log);
  return log;
}

async function reopen(segmentBytes = 64 * 1024): Promise<{ log: RaftLogFiles; stored: StoredLog }> {
  for (const log of opened.splice(0)) await log.close();
  const result = await RaftLogFiles.open(options(segmentBytes));
  opened.push(result.log);
  return result;
}

const segments = () => readdirSync(folder).sort();

describe('the Raft log', () => {
  it('gives back term, vote and entries of every kind', async () => {
    const log = await create();
    const written: Entry[] = [
      { kind: 'configuration', index: 1, term: 1, configuration },
      { kind: 'noop', index: 2, term: 1 },
      command(3, 1, 'three'),
    ];
    await log.persist({ hardState: { term: 1, votedFor: 'n1' }, entries: written });
    const { stored } = await reopen();
    expect(stored.hardState).toEqual({ term: 1, votedFor: 'n1' });
    expect(stored.snapshot).toBeNull();
    expect(stored.entries).toEqual(written);
  });

  it('lets later entries replace a conflicting end', async () => {
    const log = await create();
    await log.persist({ hardState: { term: 1, votedFor: null }, entries: entries(1, 10, 1) });
    await log.persist({ hardState: { term: 2, votedFor: null }, entries: entries(6, 2, 2) });
    const { stored } = await reopen();
    expect(stored.entries.map((entry) => [entry.index, entry.term])).toEqual([
      ...[1, 2, 3, 4, 5].map((index) => [index, 1]),
      [6, 2],
      [7, 2],
    ]);
  });

  it('writes many concurrent persists as few records, in order', async () => {
    let writes = 0;
    const log = await RaftLogFiles.create({ ...options(1024 * 1024), observeWrite: () => writes++ });
    opened.push(log);
    await Promise.all(entries(1, 200, 1).map((entry) => log.persist({ entries: [entry] })));
    expect(writes).toBeLessThan(50);
    expect((await reopen()).stored.entries).toHaveLength(200);
  });

  it('rolls over segments, and deletes those before the compaction point', async () => {
    const log = await create(8192);
    await log.persist({ hardState: { term: 3, votedFor: 'n2' }, entries: [] });
    for (let index = 1; index <= 100; index++) await log.persist({ entries: entries(index, 1, 3, 500) });
    const before = segments().length;
    expect(before).toBeGreaterThan(4);
    await log.compact(at(90, 3));
    expect(segments().length).toBeLessThan(before - 3);
    const { stored } = await reopen(8192);
    expect(stored.hardState).toEqual({ term: 3, votedFor: 'n2' });
    expect(stored.snapshot).toEqual(at(90, 3));
    expect(stored.entries.map((entry) => entry.index)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
  });

  it('takes a record that is larger than a segment', async () => {
    const log = await create(8192);
    await log.persist({ entries: entries(1, 1, 1, 100_000) });
    await log.persist({ entries: entries(2, 1, 1, 10) });
    expect((await reopen(8192)).stored.entries).toHaveLength(2);
  });

  it('forgets everything before a snapshot that was installed', async () => {
    const log = await create(8192);
    for (let index = 1; index <= 60; index++) await log.persist({ entries: entries(index, 1, 1, 500) });
    await log.persist({ snapshot: at(1000, 5), entries: entries(1001, 2, 5) });
    const { stored } = await reopen(8192);
    expect(stored.snapshot).toEqual(at(1000, 5));
    expect(stored.entries.map((entry) => entry.index)).toEqual([1001, 1002]);
    expect(segments().length).toBeLessThan(4);
  });

  it('takes the log anew of an unsafe recovery as one: after a crash it is the old one or the new one', async () => {
    const log = await create();
    await log.persist({ hardState: { term: 3, votedFor: 'n2' }, entries: entries(1, 30, 3) });
    await log.compact(at(10, 3));
    const before = readFileSync(join(folder, segments()[0] ?? ''));
    const recovered = { ...configuration, clusterId: 'recovered' };
    const anew = [
      ...entries(11, 20, 3),
      { kind: 'configuration' as const, index: 31, term: 4, configuration: recovered },
    ];
    await log.persist({
      hardState: { term: 5, votedFor: 'n1' },
      rewrittenAfter: { ...at(10, 3), configuration: recovered },
      entries: anew,
    });
    const { stored } = await reopen();
    expect(stored.snapshot?.configuration.clusterId).toBe('recovered');
    expect(stored.hardState).toEqual({ term: 5, votedFor: 'n1' });
    expect(stored.entries).toEqual(anew);

    const path = join(folder, segments()[0] ?? '');
    const whole = readFileSync(path);
    const start = before.findIndex((byte, place) => byte !== whole[place]);
    const torn = Buffer.from(whole);
    torn.fill(0, start + 200);
    for (const written of opened.splice(0)) await written.close();
    writeFileSync(path, torn);
    const old = (await reopen()).stored;
    expect(old.snapshot).toEqual(at(10, 3));
    expect(old.hardState).toEqual({ term: 3, votedFor: 'n2' });
    expect(old.entries).toEqual(entries(11, 20, 3));
  });

  it('is what a model says after any history of writes, restarts and compactions', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('append' as const),
          count: fc.nat(5),
          bytes: fc.nat(3000),
          back: fc.nat(4),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('vote' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const), keep: fc.nat(8) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        for (const log of opened.splice(0)) await log.close();
        rmSync(folder, { recursive: true, force: true });
        let log = await create(8192);
        let term = 1;
        let vote: string | null = null;
        let base = 0;
        let model: Entry[] = [];
        for (const s of steps) {
          if (s.kind === 'append') {
            const from = Math.max(base + 1, base + model.length + 1 - s.back);
            const added = entries(from, s.count, ++term, s.bytes);
            if (s.count > 0) model = [...model.slice(0, from - base - 1), ...added];
            await log.persist({ hardState: { term, votedFor: vote }, entries: added });
          } else if (s.kind === 'vote') {
            vote = `n${++term}`;
            await log.persist({ hardState: { term, votedFor: vote }, entries: [] });
          } else if (s.kind === 'compact') {
            const target = base + Math.max(0, model.length - s.keep);
            if (target > base) {
              await log.compact(at(target, 1));
              model = model.slice(target - base);
              base = target;
            }
          } else if (s.kind === 'reset') {
            base = base + model.length + 10;
            model = [];
            await log.persist({ snapshot: at(base, term), entries: [] });
          } else {
            ({ log } = await reopen(8192));
          }
        }
        const { stored } = await reopen(8192);
        expect(stored.entries).toEqual(model);
        expect(stored.snapshot?.index ?? 0).toBe(base);
        if (steps.some((s) => s.kind === 'append' || s.kind === 'vote')) {
          expect(stored.hardState).toEqual({ term, votedFor: vote });
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the Raft log after a crash', () => {
  /** A log of ten records in one segment; gives the offsets at which each of them ends. */
  async function tenRecords(): Promise<number[]> {
    const log = await create();
    const ends: number[] = [];
    for (let index = 1; index <= 10; index++) {
      await log.persist({ entries: entries(index, 1, 1, 100) });
      ends.push(log.byteLength);
    }
    await log.close();
    opened.splice(0);
    return ends;
  }
  const segment = () => join(folder, '0000000001.segment');

  it('keeps every whole record before a torn end, wherever it was torn, and goes on from there', async () => {
    const ends = await tenRecords();
    const whole = readFileSync(segment());
    const start = ends[8] ?? 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: start, max: (ends[9] ?? 0) - 1 }),
        fc.constantFrom('zeros', 'garbage', 'cut'),
        async (torn, how) => {
          const bytes = Buffer.from(whole);
          bytes.fill(how === 'garbage' ? 0xa7 : 0, torn, ends[9]);
          for (const other of segments().slice(1)) rmSync(join(folder, other));
          // The last bytes of a record are padding: losing those loses nothing.
          const isWhole = how === 'zeros' && bytes.equals(whole);
          writeFileSync(segment(), bytes);
          if (how === 'cut') truncateSync(segment(), torn);
          const { log, stored } = await reopen();
          expect(stored.entries).toHaveLength(isWhole ? 10 : stored.entries.length);
          expect([9, 10]).toContain(stored.entries.length);
          await log.persist({ entries: entries(stored.entries.length + 1, 1, 2, 30) });
          const again = await reopen();
          expect(again.stored.entries).toHaveLength(stored.entries.length + 1);
          for (const open of opened.splice(0)) await open.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('drops the last record when any bit of it is flipped', async () => {
    const ends = await tenRecords();
    const whole = readFileSync(segment());
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: ends[8] ?? 0, max: (ends[9] ?? 0) - 9 }),
        fc.nat(7),
        async (byte, bit) => {
          const bytes = Buffer.from(whole);
          bytes[byte] = (bytes[byte] ?? 0) ^ (1 << bit);
          writeFileSync(segment(), bytes);
          // Bytes 12 to 15 of a record's header mean nothing.
          const isUnused = byte - (ends[8] ?? 0) >= 12 && byte - (ends[8] ?? 0) < 16;
          expect((await reopen()).stored.entries).toHaveLength(isUnused ? 10 : 9);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a damaged record that others follow, and leaves the files as they were', async () => {
    const ends = await tenRecords();
    const whole = readFileSync(segment());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 40, max: (ends[8] ?? 0) - 9 }), async (byte) => {
        const bytes = Buffer.from(whole);
        const offset = byte - [32, ...ends].filter((end) => end <= byte).reduce((a, b) => Math.max(a, b), 0);
        fc.pre(offset < 12 || offset >= 16);
        fc.pre(![...ends].some((end) => byte >= end - 8 && byte < end));
        bytes[byte] = (bytes[byte] ?? 0) ^ 0x10;
        writeFileSync(segment(), bytes);
        await expect(reopen()).rejects.toThrow(RaftLogCorruptError);
        expect(readFileSync(segment()).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a log of which a segment is missing', async () => {
    const log = await create(8192);
    for (let index = 1; index <= 60; index++) await log.persist({ entries: entries(index, 1, 1, 500) });
    rmSync(join(folder, '0000000002.segment'));
    await expect(reopen(8192)).rejects.toThrow(/segment 0000000002.segment is missing/);
  });

  it('refuses the log of another node', async () => {
    await tenRecords();
    await expect(RaftLogFiles.open({ ...options(65_536), logNumber: 78 })).rejects.toThrow(/another node/);
  });
});
