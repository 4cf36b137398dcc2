import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../node/observability/logger.ts';
import { NO_CERTIFICATES } from '../../node/security/certificate-definition.ts';
import { NodeSecurity } from '../../node/security/node-security.ts';
import { waitUntil } from '../processes/harness/wait-until.ts';
import { CertificateFiles } from './support/certificate-files.ts';
import { TestAuthority } from './support/test-authority.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let authority: TestAuthority;
let files: CertificateFiles;
let security: NodeSecurity | undefined;
let lines: string[];

beforeEach(async () => {
  lines = [];
  authority = await TestAuthority.create('CA');
  files = await CertificateFiles.create(await authority.issue({ commonName: 'first' }), [authority]);
});
afterEach(async () => {
  await security?.close();
  await files.remove();
});

function collecting(): Logger {
  const note =
    (level: string) =>
    (message: string, fields: object = {}) => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const logger: Logger = {
    error: note('error'),
    warn: note('warn'),
    info: note('info'),
    debug: note('debug'),
    isDebugEnabled: () => true,
    child: () => logger,
  };
  return logger;
}

async function open(): Promise<NodeSecurity> {
  const [certificatePath = '', keyPath = '', trustedCasPath = ''] = files.settings.map(
    (setting) => setting.split('=')[1],
  );
  security = await NodeSecurity.open({
    configuration: {
      certificatePath,
      keyPath,
      trustedCasPath,
      password: null,
      wellKnownAdmins: [],
      wellKnownIssuers: [],
    },
    logger: collecting(),
    observer: { reloaded: () => undefined, handshakeFailed: () => undefined },
    known: () => NO_CERTIFICATES,
  });
  return security;
}

describe('what a node says in its log about certificates', () => {
  it('is one line for each file that it has read again', async () => {
    await open();
    const next = await authority.issue({ commonName: 'second' });
    await files.serve(next);
    await waitUntil('the line', () => lines.some((line) => line.startsWith('info')));
    const told = lines.filter((line) => line.startsWith('info'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`CN=second, thumbprint ${next.facts.thumbprint}`);
    await files.trust([authority, await TestAuthority.create('next CA')]);
    await waitUntil('the second line', () => lines.filter((line) => line.startsWith('info')).length === 2);
    expect(lines.at(-1)).toContain('2 authorities');
  });

  it('is an error for a file that is of no use, with the reason', async () => {
    const opened = await open();
    const before = opened.server.facts.thumbprint;
    await files.serve({ pem: 'rubbish', keyPem: 'rubbish' });
    await waitUntil('the error', () => lines.some((line) => line.startsWith('error')));
    expect(lines.find((line) => line.startsWith('error'))).toMatch(/stays in force.*can't be read/);
    expect(opened.server.facts.thumbprint).toBe(before);
  });

  it('is a warning for a certificate that has expired, or is not valid yet, which is served all the same', async () => {
    await files.serve(
      await authority.issue({
        commonName: 'old',
        notBefore: new Date(0),
        notAfter: new Date(Date.now() - DAY_MS),
      }),
    );
    const opened = await open();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn The server certificate has expired/);
    expect(opened.secondsUntilExpiry()).toBeLessThan(0);
    await files.serve(
      await authority.issue({ commonName: 'early', notBefore: new Date(Date.now() + DAY_MS) }),
    );
    await waitUntil('the warning', () => lines.some((line) => line.includes('is not valid before')));
  });
});
