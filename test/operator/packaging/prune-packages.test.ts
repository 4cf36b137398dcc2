import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prunePackages } from '../../../operator/packaging/image/prune-packages.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prune-packages-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

function manifest(...dependencies: readonly string[]): string {
  return JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((name) => [name, '1.0.0'])) });
}

const BINDING = `node_modules/@nxtedition/rocksdb/prebuilds/${process.platform}-${process.arch}/rocksdb.node`;

describe('pruned packages', () => {
  it('are those that the programs reach at run time, without what nobody reads', async () => {
    await write({
      'package.json': manifest('@nxtedition/rocksdb', 'web'),
      [BINDING]: '',
      'node_modules/@nxtedition/rocksdb/package.json': manifest('prebuildify', 'loader'),
      'node_modules/@nxtedition/rocksdb/index.js': '',
      'node_modules/@nxtedition/rocksdb/deps/rocksdb/db.cc': '',
      'node_modules/@nxtedition/rocksdb/prebuilds/haiku-m68k/rocksdb.node': '',
      'node_modules/loader/package.json': manifest(),
      'node_modules/prebuildify/package.json': manifest('tar'),
      'node_modules/tar/package.json': manifest(),
      'node_modules/web/package.json': manifest('inner', '@types/web'),
      'node_modules/web/index.js': '',
      'node_modules/web/index.d.ts': '',
      'node_modules/web/index.js.map': '',
      'node_modules/web/README.md': '',
      'node_modules/web/LICENSE.md': '',
      'node_modules/web/node_modules/inner/package.json': manifest(),
      'node_modules/inner/package.json': manifest(),
      'node_modules/@types/web/package.json': manifest(),
      'node_modules/.bin/web': '',
    });
    prunePackages(join(root, 'node_modules'));
    const entries = await readdir(join(root, 'node_modules'), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    expect(files.map((file) => join(file.parentPath, file.name).slice(root.length + 1)).sort()).toEqual([
      'node_modules/@nxtedition/rocksdb/index.js',
      'node_modules/@nxtedition/rocksdb/package.json',
      BINDING,
      'node_modules/loader/package.json',
      'node_modules/web/LICENSE.md',
      'node_modules/web/index.js',
      'node_modules/web/node_modules/inner/package.json',
      'node_modules/web/package.json',
    ]);
  });

  it('are refused where the database could not run', async () => {
    await write({ 'package.json': manifest(), 'node_modules/web/package.json': manifest() });
    expect(() => prunePackages(join(root, 'node_modules'))).toThrow(/has no binary for/);
  });
});
