import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSuite } from '../run-suite.ts';

/**
 * `npm run test:python`: the tests of the official Python client, in a virtual environment of their own. What follows
 * `--` goes to pytest, for instance `-k streams`. Ends as pytest does.
 */
const folder = import.meta.dirname;
const requirements = join(folder, 'requirements.txt');

/** The interpreter of an environment that has just what is required; made once, and anew when that changes. */
function interpreter(): string {
  const python = execFileSync('python3', ['--version']);
  const key = createHash('sha256')
    .update(python)
    .update(readFileSync(requirements))
    .digest('hex')
    .slice(0, 12);
  const environment = join(folder, '../../../node_modules/.cache/ravencluster', `python-${key}`);
  const program = join(environment, 'bin', 'python');
  const isComplete = join(environment, 'is-complete');
  if (existsSync(isComplete)) return program;
  console.log('Installing the Python client.');
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(environment, { recursive: true });
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', ['-m', 'venv', environment]);
  run(program, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', requirements]);
  writeFileSync(isComplete, '');
  return program;
}

process.exitCode = await runSuite({
  command: interpreter(),
  // No folders of bytecode and caches in the tree.
  args: ['-B', '-m', 'pytest', '-p', 'no:cacheprovider', '--quiet', ...process.argv.slice(2)],
  folder,
});
