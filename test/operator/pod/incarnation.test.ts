import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFolder, performStep, quarantineFolder, readVolume } from '../../../operator/pod/data-volume.ts';
import { type Incarnation, parseIncarnation, planIncarnation } from '../../../operator/pod/incarnation.ts';
import { prepareVolume } from '../../../operator/pod/prepare-volume.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const nothing = { recorded: undefined, hasNodeData: false, quarantined: [] };

describe('the plan of an incarnation', () => {
  it('leaves data alone that nobody asked to replace, or that is of the wanted incarnation', () => {
    const used = { ...nothing, hasNodeData: true };
    expect(planIncarnation(used, undefined, NOW)).toEqual([]);
    const wanted = { incarnation: 'i1', stale: 'Wipe' } as const;
    expect(planIncarnation({ ...used, recorded: 'i1' }, wanted, NOW)).toEqual([]);
  });

  it('records the incarnation of an empty volume', () => {
    expect(planIncarnation(nothing, { incarnation: 'i1', stale: 'Quarantine' }, NOW)).toEqual([
      { type: 'Record', incarnation: 'i1' },
    ]);
  });

  it('sets older data aside, deletes it only where asked to, and records the incarnation last', () => {
    const volume = { recorded: 'i1', hasNodeData: true, quarantined: ['i1-20250101T000000000Z'] };
    const folder = 'i2-20260102T030405678Z';
    expect(planIncarnation(volume, { incarnation: 'i2', stale: 'Quarantine' }, NOW)).toEqual([
      { type: 'SetAside', folder },
      { type: 'Record', incarnation: 'i2' },
    ]);
    expect(planIncarnation(volume, { incarnation: 'i2', stale: 'Wipe' }, NOW)).toEqual([
      { type: 'SetAside', folder },
      { type: 'DeleteSetAside', folder },
      { type: 'Record', incarnation: 'i2' },
    ]);
  });

  it('goes on deleting what a wipe that was interrupted had set aside, and nothing else', () => {
    const quarantined = ['i-20250101T000000000Z', 'i-2-20250101T000000000Z'];
    const volume = { ...nothing, quarantined };
    expect(planIncarnation(volume, { incarnation: 'i', stale: 'Wipe' }, NOW)).toEqual([
      { type: 'DeleteSetAside', folder: 'i-20250101T000000000Z' },
      { type: 'Record', incarnation: 'i' },
    ]);
  });

  it.each([
    ['{', /is not JSON/],
    ['null', /incarnation must be a text/],
    ['{"incarnation":"../../etc","stale":"Wipe"}', /incarnation must be a text/],
    ['{"incarnation":"i1","stale":"Block"}', /stale must be Quarantine or Wipe/],
  ])('is not made from the entry %s', (text, message) => {
    expect(() => parseIncarnation(text, '/incarnations/0')).toThrow(message);
  });
});

describe('a volume', () => {
  let root: string;
  let volume: string;
  let incarnationsFolder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pod-volume-'));
    volume = join(root, 'volume');
    incarnationsFolder = join(root, 'incarnations');
    await Promise.all([mkdir(volume), mkdir(incarnationsFolder)]);
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  /** What a node of that life leaves on the disk: two files, in two folders, so that half of it can be told from all. */
  async function runNode(life: string): Promise<void> {
    for (const folder of [nodeFolder(volume), join(nodeFolder(volume), 'databases')]) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${life}.log`), life);
    }
  }

  async function livesIn(folder: string): Promise<readonly string[]> {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith('.log')).map((name) => name.replace(/^.*\//, ''));
  }

  it('is taken as it is where there is no word about it, and no folder for such words', async () => {
    await runNode('first');
    await prepareVolume({ volume, incarnationsFolder: join(root, 'none'), ordinal: 0 }, expect.unreachable);
    expect(await livesIn(nodeFolder(volume))).toHaveLength(2);
  });

  it('keeps the data of an earlier life in quarantine, says where, and does so once', async () => {
    await mkdir(join(volume, 'lost+found'));
    await runNode('first');
    await writeFile(join(incarnationsFolder, '4'), '{"incarnation":"i1","stale":"Quarantine"}');
    const told: string[] = [];
    const prepare = () =>
      prepareVolume({ volume, incarnationsFolder, ordinal: 4 }, (sentence) => told.push(sentence));
    await prepare();
    await runNode('second');
    await prepare();
    expect(new Set(await livesIn(nodeFolder(volume)))).toEqual(new Set(['second.log']));
    const [folder = ''] = await readdir(quarantineFolder(volume));
    expect(await livesIn(join(quarantineFolder(volume), folder))).toEqual(['first.log', 'first.log']);
    expect(told).toEqual([expect.stringContaining(join(quarantineFolder(volume), folder))]);
    expect(await readFile(join(volume, 'incarnation'), 'utf8')).toBe('i1\n');
    expect(await readdir(volume)).toContain('lost+found');
  });

  it('is not guessed about when its record is not ours', async () => {
    await writeFile(join(volume, 'incarnation'), 'x'.repeat(5000));
    await writeFile(join(incarnationsFolder, '0'), '{"incarnation":"i1","stale":"Wipe"}');
    await expect(
      prepareVolume({ volume, incarnationsFolder, ordinal: 0 }, expect.unreachable),
    ).rejects.toThrow(/not ours/);
  });

  /** One start of the pod: what the operator says then, and how many steps it gets to before it is killed. */
  const start = fc.record({
    asks: fc.constantFrom<'nothing' | Incarnation['stale']>('nothing', 'Quarantine', 'Wipe'),
    isNewIncarnation: fc.boolean(),
    steps: fc.constantFrom(0, 1, 2, 99),
    /** The step after the last whole one is begun: folders are made, half is deleted, a draft is written. */
    begins: fc.boolean(),
  });

  it('never gives a node data of another life, and loses none that was to be kept, wherever it is killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(start, { minLength: 1, maxLength: 8 }), async (starts) => {
        await rm(volume, { recursive: true });
        await mkdir(volume);
        const kept = new Set<string>();
        let incarnation = 0;
        let life = 0;
        let nowMs = NOW.getTime();
        for (const { asks, isNewIncarnation, steps, begins } of starts) {
          if (isNewIncarnation) incarnation++;
          const wanted: Incarnation | undefined =
            asks === 'nothing' ? undefined : { incarnation: `i${incarnation}`, stale: asks };
          const before = await livesIn(nodeFolder(volume));
          const plan = planIncarnation(await readVolume(volume), wanted, new Date(nowMs++));
          for (const step of plan.slice(0, steps)) await performStep(volume, step);
          if (plan.length > steps) {
            if (begins) await begin(plan[steps]);
          } else {
            const found = await livesIn(nodeFolder(volume));
            if (wanted === undefined) expect(found).toEqual(before);
            else expect(found.filter((name) => !name.startsWith(`${wanted.incarnation}.`))).toEqual([]);
            // Without a word about it, a node goes on in the incarnation that its volume was prepared for last.
            const name = `${(await readVolume(volume)).recorded ?? 'none'}.${life++}`;
            await runNode(name);
            kept.add(`${name}.log`);
          }
          const lost = await gone(kept);
          const mayGo = (name: string) => asks === 'Wipe' && !name.startsWith(`i${incarnation}.`);
          expect(lost.filter((name) => !mayGo(name))).toEqual([]);
          for (const name of lost) kept.delete(name);
        }
      }),
      { numRuns: 150 },
    );
  });

  /** Names of which not both files are there any more. */
  async function gone(names: ReadonlySet<string>): Promise<readonly string[]> {
    const there = await livesIn(volume);
    return [...names].filter((name) => there.filter((one) => one === name).length < 2);
  }

  /** The first half of a step, as a kill in the middle of it leaves the volume. */
  async function begin(step: ReturnType<typeof planIncarnation>[number] | undefined): Promise<void> {
    if (step?.type === 'SetAside') await mkdir(quarantineFolder(volume), { recursive: true });
    if (step?.type === 'Record')
      await writeFile(join(volume, 'incarnation.new'), step.incarnation.slice(0, 1));
    if (step?.type === 'DeleteSetAside') {
      await rm(join(quarantineFolder(volume), step.folder, 'databases'), { recursive: true, force: true });
    }
  }

  it('is the same for a second start as for the first one when the first one ended', async () => {
    await runNode('old');
    const wanted = { incarnation: 'i1', stale: 'Quarantine' } as const;
    for (const step of planIncarnation(await readVolume(volume), wanted, NOW))
      await performStep(volume, step);
    const copy = join(root, 'copy');
    await cp(volume, copy, { recursive: true });
    expect(planIncarnation(await readVolume(copy), wanted, new Date(NOW.getTime() + 1))).toEqual([]);
  });
});
