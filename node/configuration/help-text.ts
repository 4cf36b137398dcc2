import { SETTINGS } from './setting-table.ts';

/** What `--help` prints: every setting the node acts on, with its default. */
export function helpText(program: string): string {
  const rows = SETTINGS.map(({ key, default: value, help, form }) => [
    `  --${key}=…`,
    `${help} ${capitalised(form.expected)}. Default: ${shown(value)}.`,
  ]);
  return [
    `Usage: ${program} [--Key=value …] [--config-path settings.json]`,
    '',
    'Runs one node. Settings come, the later winning, from settings.json in the current folder, from environment',
    'variables (RAVEN_ServerUrl_Tcp for ServerUrl.Tcp) and from the command line; keys are not case-sensitive. Other',
    "keys of RavenDB's configuration are accepted and have no effect.",
    '',
    ...rows.map(([key = '', text = '']) => `${key}\n${wrapped(text)}`),
    '',
    '  -c, --config-path FILE   the settings file',
    '  -h, --help               this text',
    '  -v, --version            the version',
  ].join('\n');
}

const WIDTH = 108;
const INDENT = '      ';

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => INDENT + each).join('\n');
}

function shown(value: unknown): string {
  if (value === null) return 'not set';
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return 'none';
  return value.map(({ scheme, host, port }) => `${scheme}://${host}:${port}`).join(';');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
