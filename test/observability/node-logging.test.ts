import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeLogging } from '../../node/observability/node-logging.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-logging-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(format: 'text' | 'json', level: 'Debug' | 'Info' | 'Off' = 'Info') {
  const file = join(folder, 'logs', 'node.log');
  const logging = new NodeLogging({ format, level, file, toConsole: false });
  const lines = async () => {
    await logging.close();
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  };
  return { logging, lines };
}

describe('the log of a node', () => {
  it('is one JSON object a line for machines, with component, fields and the stack of an error', async () => {
    const { logging, lines } = open('json');
    logging.logger
      .child({ component: 'rachis' })
      .warn('Lost the leader', { term: 4, cause: new Error('reset') });
    const [line] = await lines();
    expect(JSON.parse(line ?? '')).toMatchObject({
      level: 'warn',
      message: 'Lost the leader',
      component: 'rachis',
      term: 4,
      cause: expect.stringContaining('Error: reset\n'),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it('is a readable line for people, and text of others can not forge another line', async () => {
    const { logging, lines } = open('text');
    logging.logger.child({ component: 'http' }).info('Opened', { name: 'a\n2026-01-01 ERROR forged' });
    const all = await lines();
    expect(all).toHaveLength(1);
    expect(all[0]).toMatch(/ INFO {2}\[http\] Opened name="a\\n2026-01-01 ERROR forged"$/);
  });

  it('changes its level at run time, for loggers that exist already too', async () => {
    const { logging, lines } = open('text');
    const logger = logging.logger.child({ component: 'x' });
    logger.debug('hidden');
    expect(logger.isDebugEnabled()).toBe(false);
    logging.setLevel('debug');
    expect(logger.isDebugEnabled()).toBe(true);
    logger.debug('shown');
    logging.setLevel('Off');
    logger.error('silenced');
    logging.setLevel('None');
    expect([logging.currentLevel(), logging.configuredLevel()]).toEqual(['Off', 'Info']);
    expect(await lines()).toEqual([expect.stringContaining('DEBUG [x] shown')]);
  });

  it('refuses a level that does not exist, and names those that do', () => {
    const { logging } = open('text');
    expect(() => logging.setLevel('Loud')).toThrow(
      /'Loud' is not a log level. Use one of Trace, Debug, Info/,
    );
  });
});
