import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WatchedFiles } from '../../node/security/watched-files.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';

let folder: string;
let files: WatchedFiles<string> | undefined;
let replaced: string[];
let refused: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watched-'));
  replaced = [];
  refused = [];
});

afterEach(async () => {
  await files?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A value of two files that must belong together, as a certificate and its key do. */
async function watchPair(lookMs?: number): Promise<WatchedFiles<string>> {
  files = await WatchedFiles.open({
    paths: [join(folder, 'a'), join(folder, 'b')],
    parse: ([a, b]) => {
      if (String(a) !== String(b)) throw new Error(`${a} does not belong to ${b}`);
      return String(a);
    },
    onReplaced: (value) => replaced.push(value),
    onRefused: (error) => refused.push(error.message),
    ...(lookMs === undefined ? {} : { lookMs }),
  });
  return files;
}

async function writePair(a: string, b = a): Promise<void> {
  await writeFile(join(folder, 'a'), a);
  await writeFile(join(folder, 'b'), b);
}

describe('a value made of files', () => {
  it('follows the files, one change a new value', async () => {
    await writePair('1');
    const watched = await watchPair();
    expect(watched.value).toBe('1');
    await writePair('2');
    await waitUntil('the second value', () => watched.value === '2');
    await writePair('3');
    await waitUntil('the third value', () => watched.value === '3');
    expect(replaced).toEqual(['2', '3']);
  });

  it('follows files whose folder Kubernetes swaps by a symbolic link', async () => {
    const publish = async (version: string) => {
      const place = join(folder, `..${version}`);
      await mkdir(place);
      await writeFile(join(place, 'a'), version);
      await writeFile(join(place, 'b'), version);
      await symlink(`..${version}`, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    await publish('1');
    await symlink('..data/a', join(folder, 'a'));
    await symlink('..data/b', join(folder, 'b'));
    const watched = await watchPair();
    await publish('2');
    await waitUntil('the second value', () => watched.value === '2');
    await rm(join(folder, '..1'), { recursive: true });
    await publish('3');
    await waitUntil('the third value', () => watched.value === '3');
  });

  it('stays what it was while the files are of no use, which is told once, and follows them again', async () => {
    await writePair('1');
    const watched = await watchPair(20);
    await writePair('1', 'broken');
    await waitUntil('the refusal', () => refused.length > 0);
    await rm(join(folder, 'a'));
    await waitUntil('the second refusal', () => refused.length > 1);
    expect(watched.value).toBe('1');
    await writePair('2');
    await waitUntil('the second value', () => watched.value === '2');
    expect(refused[0]).toBe('1 does not belong to broken');
    expect(refused[1]).toContain(`The file ${join(folder, 'a')} can't be read`);
    expect(replaced).toEqual(['2']);
  });

  it('is not made at all of files that are of no use, or missing', async () => {
    await writePair('1', '2');
    await expect(watchPair()).rejects.toThrow('1 does not belong to 2');
    await rm(join(folder, 'b'));
    await expect(watchPair()).rejects.toThrow(`The file ${join(folder, 'b')} can't be read`);
  });

  it('is not made of a file that is too large to be one', async () => {
    await writePair('1'.repeat(2 * 1024 * 1024));
    await expect(watchPair()).rejects.toThrow('and may have');
  });
});
