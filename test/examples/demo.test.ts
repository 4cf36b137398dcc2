import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const DEMO = new URL('../../examples/demo.ts', import.meta.url).pathname;

it('the demo loses nothing on real data while a node is killed and the cluster grows from three to five', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO], {
    env: { ...process.env, DEMO_DOCUMENTS: '40000' },
    maxBuffer: 16 * 1024 * 1024,
  });
  expect(stdout).toMatch(/Killed node [A-C] \(process \d+, \w+\) with SIGKILL/);
  expect(stdout).toMatch(/Node [A-C] is back/);
  expect(stdout).toMatch(/Five nodes are ready/);
  expect(stdout).toMatch(
    /Every one of 40000 acknowledged documents is on [A-E], [A-E], [A-E], byte for byte/,
  );
  expect(stdout).not.toContain('WRONG');
}, 300_000);
