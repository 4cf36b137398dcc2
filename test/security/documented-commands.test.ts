import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInvocation } from '../../node/configuration/node-configuration.ts';
import { NodeLogging } from '../../node/observability/node-logging.ts';
import { NodeServer } from '../../node/server.ts';
import { httpsRequest } from './support/https-request.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'SECURITY.md');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'raven-documented-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not on this machine: the test that needs it is skipped.
    return false;
  }
}

describe('docs/SECURITY.md', () => {
  it.skipIf(!isInstalled('openssl'))(
    'shows commands that make an authority which a node and its administrator can use',
    async () => {
      const text = await readFile(DOCUMENT, 'utf8');
      const commands = /## An authority by hand\s+```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
      execFileSync('bash', ['-ec', commands], { cwd: folder, stdio: 'ignore' });
      const invocation = readInvocation({
        args: [
          '--ServerUrl=https://127.0.0.1:0',
          '--RunInMemory=true',
          '--Security.Certificate.Path=node.crt',
          '--Security.Certificate.Key.Path=node.key',
          '--Security.Certificate.TrustedCAs.Path=ca.crt',
        ],
        environment: {},
        workingDirectory: folder,
      });
      if (invocation.wants !== 'run') throw new Error(`The node wants ${invocation.wants}.`);
      const logging = new NodeLogging({ format: 'text', level: 'Off' });
      const server = await NodeServer.start(invocation.configuration, logging);
      try {
        const [pem, keyPem, ca] = await Promise.all(
          ['operator.crt', 'operator.key', 'ca.crt'].map((name) => readFile(join(folder, name), 'utf8')),
        );
        const answer = await httpsRequest(`${server.url}/certificates/whoami`, {
          as: { pem: pem ?? '', keyPem: keyPem ?? '' },
          trusting: [{ pem: ca ?? '' }],
        });
        expect(JSON.parse(answer.body)).toMatchObject({
          Name: 'operator',
          SecurityClearance: 'ClusterAdmin',
        });
      } finally {
        await server.stop();
        await logging.close();
      }
    },
  );
});
