import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../node/configuration/configuration-error.ts';
import { helpText } from '../../node/configuration/help-text.ts';
import { type NodeConfiguration, readInvocation } from '../../node/configuration/node-configuration.ts';
import { findSetting, SETTINGS } from '../../node/configuration/setting-table.ts';
import { ACCEPTED_KEYS } from '../../node/configuration/settings/accepted-keys.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-configuration-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(args: string[] = [], environment: Record<string, string> = {}): NodeConfiguration {
  const invocation = readInvocation({ args, environment, workingDirectory: folder });
  if (invocation.wants !== 'run') throw new Error(`wants ${invocation.wants}`);
  return invocation.configuration;
}

function settingsFile(content: unknown): void {
  writeFileSync(
    join(folder, 'settings.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

describe('the configuration of a node', () => {
  it('has safe defaults: loopback, a data folder in the current one, a log on standard error', () => {
    expect(read()).toMatchObject({
      serverUrls: [{ scheme: 'http', host: '127.0.0.1', port: 8080 }],
      tcp: { host: '127.0.0.1', port: 0 },
      publicServerUrl: null,
      dataDirectory: join(folder, 'data'),
      runInMemory: false,
      cluster: { electionTimeoutMs: 1000, workerSamplePeriodMs: 500 },
      logs: { level: 'Info', file: null, format: 'text' },
      warnings: [],
    });
  });

  it('takes defaults, settings.json, environment and command line in rising precedence', () => {
    settingsFile({
      ServerUrl: 'http://127.0.0.1:1',
      DataDir: 'from-file',
      'Logs.MinLevel': 'Error',
      License: null,
    });
    const environment = {
      RAVEN_ServerUrl: 'http://127.0.0.1:2',
      RAVEN_Logs__Format: 'json',
      RAVEN_DataDir: 'from-env',
    };
    const configuration = read(['--ServerUrl=http://127.0.0.1:0'], environment);
    expect(configuration.serverUrls[0].port).toBe(0);
    expect(configuration.dataDirectory).toBe(join(folder, 'from-env'));
    expect(configuration.logs).toMatchObject({ level: 'Error', format: 'json' });
  });

  it('takes keys in any case, `--Key value`, `Key=value`, and nested settings files', () => {
    settingsFile({
      Cluster: { ElectionTimeoutInMs: 350 },
      Security: { UnsecuredAccessAllowed: 'PublicNetwork' },
    });
    const configuration = read(['--serverurl', 'http://0.0.0.0:8081', 'LOGS.MINLEVEL=debug', '-n']);
    expect(configuration.serverUrls[0]).toMatchObject({ host: '0.0.0.0', port: 8081 });
    expect(configuration.cluster.electionTimeoutMs).toBe(350);
    expect(configuration.logs.level).toBe('Debug');
  });

  it('takes a TCP port alone for the host of ServerUrl, and IPv6 hosts', () => {
    expect(read(['--ServerUrl.Tcp=38888']).tcp).toEqual({ host: '127.0.0.1', port: 38888 });
    expect(read(['--ServerUrl=http://[::1]:0', '--ServerUrl.Tcp=tcp://[::1]:0']).tcp).toEqual({
      host: '::1',
      port: 0,
    });
  });

  it('refuses an unknown key and names the nearest known one', () => {
    expect(() => read(['--ServerUlr=http://127.0.0.1:0'])).toThrow(
      "'ServerUlr' in the command line is not a setting. Did you mean ServerUrl?",
    );
    settingsFile({ 'Cluster.ElectionTimeoutMs': 300 });
    expect(() => read()).toThrow(
      /'Cluster.ElectionTimeoutMs' in .*settings.json is not a setting. Did you mean Cluster.ElectionTimeoutInMs\?/,
    );
  });

  it('refuses a mistyped environment variable, and only warns of one that belongs to something else', () => {
    expect(() => read([], { RAVEN_ServerUlr: 'x' })).toThrow(
      /RAVEN_ServerUlr is not a setting. Did you mean ServerUrl/,
    );
    const { warnings } = read([], { RAVEN_DSN: 'https://errors.example.com/1', RAVEN_ARGS: '--x' });
    expect(warnings).toEqual([expect.stringContaining('RAVEN_DSN')]);
  });

  it('refuses a wrong value naming key, value, source and expected form, and reports all of them at once', () => {
    settingsFile({ RunInMemory: 'perhaps' });
    let error: unknown;
    try {
      read(['--Cluster.ElectionTimeoutInMs=soon'], { RAVEN_ServerUrl: 'localhost:8080' });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).problems).toEqual([
      `RunInMemory is 'perhaps' in ${join(folder, 'settings.json')}, but must be true or false.`,
      expect.stringContaining(
        "ServerUrl is 'localhost:8080' in the environment variable RAVEN_ServerUrl, but must be a URL such as http://127.0.0.1:8080",
      ),
      "Cluster.ElectionTimeoutInMs is 'soon' in the command line, but must be a whole number of milliseconds from 50 to 60000.",
    ]);
  });

  it.each([
    ['http://0.0.0.0:8080', 'Local', false],
    ['http://0.0.0.0:8080', 'PrivateNetwork', false],
    ['http://0.0.0.0:8080', 'PublicNetwork', true],
    ['http://192.168.1.5:8080', 'Local', false],
    ['http://192.168.1.5:8080', 'PrivateNetwork', true],
    ['http://8.8.8.8:8080', 'PrivateNetwork', false],
    ['http://localhost:8080', 'Local', true],
    ['http://127.0.0.1:8080', 'None', false],
    ['http://[::1]:8080', 'Local', true],
    ['http://db.example.com:8080', 'PrivateNetwork', false],
  ])('lets %s with plain HTTP under UnsecuredAccessAllowed=%s: %s', (url, allowed, isAllowed) => {
    const attempt = () => read([`--ServerUrl=${url}`, `--Security.UnsecuredAccessAllowed=${allowed}`]);
    if (isAllowed) expect(attempt().serverUrls).toHaveLength(1);
    else expect(attempt).toThrow(/Security.UnsecuredAccessAllowed=\w+ allows for plain HTTP/);
  });

  it('serves https on any address with a certificate, whose paths are taken from the working directory', () => {
    const { serverUrls, security } = read([
      '--ServerUrl=https://0.0.0.0:8443',
      '--Security.Certificate.Path=tls/tls.crt',
      '--Security.Certificate.Key.Path=tls/tls.key',
      '--Security.Certificate.TrustedCAs.Path=/ca.crt',
      `--Security.WellKnownCertificates.Admin=${'ab'.repeat(20)};${'CD'.repeat(20)}`,
      '--Security.WellKnownIssuers.Admin=issuer.crt;MIIBase64',
    ]);
    expect(serverUrls).toEqual([{ scheme: 'https', host: '0.0.0.0', port: 8443 }]);
    expect(security).toEqual({
      certificatePath: join(folder, 'tls/tls.crt'),
      keyPath: join(folder, 'tls/tls.key'),
      password: null,
      trustedCasPath: '/ca.crt',
      wellKnownAdmins: ['AB'.repeat(20), 'CD'.repeat(20)],
      wellKnownIssuers: [join(folder, 'issuer.crt'), 'MIIBase64'],
    });
    expect(read().security).toBeNull();
  });

  it.each([
    ['https without a certificate', ['--ServerUrl=https://127.0.0.1:0'], /there is no certificate/],
    ['a certificate without https', ['--Security.Certificate.Path=a.pfx'], /but ServerUrl is 'http:/],
    [
      'a key without a certificate',
      ['--Security.Certificate.Key.Path=a.key'],
      /Security.Certificate.Path is not/,
    ],
    ['authorities without a certificate', ['--Security.Certificate.TrustedCAs.Path=ca'], /Path is not/],
    ['http beside https', ['--ServerUrl=https://127.0.0.1:1;http://127.0.0.1:2'], /there is no certificate/],
    ['a command that gives the certificate', ['--Security.Certificate.Load.Exec=x'], /from files only/],
    ['what is no thumbprint', ['--Security.WellKnownCertificates.Admin=AB'], /40 hexadecimal digits/],
    [
      'a public URL of the other scheme',
      [
        '--ServerUrl=https://127.0.0.1:0',
        '--Security.Certificate.Path=a.pfx',
        '--PublicServerUrl=http://a.example.com',
      ],
      /must be that of ServerUrl, https/,
    ],
  ])('refuses what would be less safe than it looks: %s', (_what, args, reason) => {
    expect(() => read(args)).toThrow(reason);
  });

  it('refuses public URLs that nobody can reach', () => {
    expect(() => read(['--PublicServerUrl=http://0.0.0.0:8080'])).toThrow(/with a host that is not 0.0.0.0/);
    expect(() => read(['--PublicServerUrl.Tcp=tcp://a.example.com'])).toThrow(/PublicServerUrl.Tcp/);
    expect(read(['--PublicServerUrl=http://a.example.com/']).publicServerUrl).toBe('http://a.example.com');
  });

  it("starts with the arguments of RavenDB's embedded and test launchers", () => {
    const configuration = read([
      '--ServerUrl=http://127.0.0.1:0',
      '--License.Eula.Accepted=true',
      '--Setup.Mode=None',
      '--DataDir=RavenDB',
      '--Logs.Path=Logs',
      '--Logs.Mode=None',
      '--Testing.ParentProcessId=4242',
      '--Features.Availability=Experimental',
      '--Indexing.MapBatchSize=1024',
      '--non-interactive',
    ]);
    expect(configuration).toMatchObject({
      parentProcessId: 4242,
      logs: { level: 'Off', file: join(folder, 'Logs', 'node.log') },
    });
  });

  it('names the file and the place when settings.json is broken, and a settings file that was asked for must exist', () => {
    settingsFile('{ "ServerUrl": }');
    expect(() => read()).toThrow(/settings.json is not valid JSON: Unexpected token '}'/);
    settingsFile('[]');
    expect(() => read()).toThrow(/settings.json must hold a JSON object/);
    expect(() => read(['-c', 'nowhere.json'])).toThrow(/nowhere.json can't be read: ENOENT/);
  });

  it('explains every setting it acts on, and answers --help and --version', () => {
    const text = helpText('ravencluster node');
    for (const { key } of SETTINGS) expect(text).toContain(`--${key}=`);
    const ask = (argument: string) =>
      readInvocation({ args: [argument], environment: {}, workingDirectory: folder }).wants;
    expect([ask('--help'), ask('-v')]).toEqual(['help', 'version']);
    expect(() => read(['--ServerUrl'])).toThrow('--ServerUrl needs a value');
    expect(() => read(['run'])).toThrow("'run' is not a setting: write --Key=value.");
  });

  it('knows each key once', () => {
    const all = [...SETTINGS.flatMap(({ key, aliases }) => [key, ...aliases]), ...ACCEPTED_KEYS];
    const lower = all.map((key) => key.toLowerCase());
    expect(lower.filter((key, at) => lower.indexOf(key) !== at)).toEqual([]);
  });

  it('takes or refuses any text at all with a ConfigurationError, never anything else', () => {
    const key = fc.constantFrom(...SETTINGS.map((setting) => setting.key));
    fc.assert(
      fc.property(key, fc.string({ unit: 'binary' }), (name, value) => {
        try {
          read([`--${name}=${value}`]);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
        }
      }),
    );
    fc.assert(fc.property(fc.string(), (name) => findSetting(name) === undefined || name.length > 3));
  });
});
