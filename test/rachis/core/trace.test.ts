import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TraceRunner } from './trace-runner.ts';

/**
 * A trace is a claim (its first line), commands (`> …`) and, below each, exactly what the cores said to it.
 * `UPDATE_TRACES=1` rewrites the answers: read them before believing them.
 */
const folder = fileURLToPath(new URL('./traces/', import.meta.url));

for (const file of readdirSync(folder).filter((name) => name.endsWith('.trace'))) {
  const expected = readFileSync(`${folder}${file}`, 'utf8');
  const claim = expected.split('\n')[0]?.replace(/^# /, '') ?? file;

  test(claim, () => {
    const actual = replay(expected);
    if (process.env.UPDATE_TRACES === '1') writeFileSync(`${folder}${file}`, actual);
    else expect(actual).toBe(expected);
  });
}

/** The trace with its answers replaced by those of the cores; comments and blank lines stay. */
function replay(trace: string): string {
  const runner = new TraceRunner();
  const lines: string[] = [];
  for (const line of trace.trimEnd().split('\n')) {
    if (line.startsWith('> ')) lines.push(line, ...runner.run(line.slice(2)).map((answer) => `  ${answer}`));
    else if (!line.startsWith('  ')) lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}
