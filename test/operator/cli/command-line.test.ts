import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const program = join(import.meta.dirname, '..', '..', '..', 'operator', 'cli', 'launcher.ts');

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ravencluster-cli-'));
});
afterEach(async () => {
  await rm(path, { recursive: true, force: true });
});

async function ravencluster(...args: readonly string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, [program, ...args], { cwd: path });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe('the command line', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await ravencluster('--help');
    expect(code).toBe(0);
    for (const command of ['start', 'status', 'stop', 'node', 'pod'])
      expect(stdout).toContain(`  ${command}`);
  });

  it('says which version it is', async () => {
    const manifest = JSON.parse(await readFile(join(program, '..', '..', '..', 'package.json'), 'utf8'));
    expect((await ravencluster('--version')).stdout.trim()).toBe(manifest.version);
  });

  it('has a second program, for kubectl', async () => {
    const plugin = join(program, '..', '..', 'plugin', 'launcher.ts');
    const { stdout } = await run(process.execPath, [plugin, '--help']);
    for (const command of ['status', 'promote', 'drain', 'recover', 'report'])
      expect(stdout).toContain(`  ${command} `);
    await expect(
      run(process.execPath, [plugin, 'status', '--kubeconfig', join(path, 'none')]),
    ).rejects.toThrow(/none cannot be used: ENOENT/);
  });

  it('refuses a file that is not valid with line and field, and starts nothing', async () => {
    const text =
      'apiVersion: ravencluster.io/v1beta1\nkind: RavenCluster\nmetadata: {name: x}\nspec:\n  node: 1\n';
    await writeFile(join(path, 'c.yaml'), text);
    const { code, stderr } = await ravencluster('start', 'c.yaml');
    expect(code).toBe(1);
    expect(stderr).toBe('c.yaml:5:3: spec.node: unknown field; did you mean "nodes"?\n');
  });

  it('refuses a setting that the node does not know, at its line', async () => {
    const text =
      'apiVersion: ravencluster.io/v1beta1\nkind: RavenCluster\nmetadata: {name: x}\nspec:\n  config:\n    Logs.Formatt: json\n';
    await writeFile(join(path, 'c.yaml'), text);
    const { code, stderr } = await ravencluster('start', 'c.yaml');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^c\.yaml:6:5: spec\.config\.Logs\.Formatt: .*Did you mean Logs\.Format\?/);
  });

  it('runs the node of a pod only in a pod, and says what is missing', async () => {
    const { code, stderr } = await ravencluster('pod');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'CLUSTER_NAME is not set: ravencluster pod runs in a pod of the operator, which sets it. To run a node elsewhere, use ravencluster node.\n',
    );
  });

  it('says so when there is nothing to show or to stop', async () => {
    const shown = await ravencluster('status');
    expect(shown.code).toBe(1);
    expect(shown.stderr).toContain('No operator is at work in');
    expect((await ravencluster('stop')).stdout).toContain('Nothing is running in');
  });

  it('hands everything after node to the node program', async () => {
    const { code, stdout, stderr } = await ravencluster('node', '--Nonsense.Key=1');
    expect(code).toBe(2);
    expect(stdout + stderr).toContain('Nonsense.Key');
  });
});
