// Runs under whatever Node.js the user has, from 20 on: nothing here may need more. The programs themselves need the
// Node.js that the package brings.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program here if this Node.js is new enough, otherwise under the one that the package brings.
 *
 * @param name of the command, for messages
 * @param file of the program, as it was built
 * @param load runs the program in this process
 */
export async function runUnderSuitableNode(
  name: string,
  file: URL,
  load: () => Promise<unknown>,
): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
    await load();
    return;
  }
  const node = bundledNode();
  if (node === undefined) {
    console.error(
      `${name} needs Node.js ${NODE_MAJOR_MIN} or later; this is ${process.versions.node}, and the package has none for ${process.platform}-${process.arch}`,
    );
    process.exit(1);
  }
  runWith(node, fileURLToPath(file));
}

function bundledNode(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    // One of these packages has another prefix than all the others.
    const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
    const manifest = require.resolve(`${prefix}-${process.platform}-${process.arch}/package.json`);
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    // Not installed: an optional dependency that this system does not have.
    return undefined;
  }
}

function runWith(node: string, file: string): void {
  const child = spawn(node, [file, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`${node} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
  });
}
