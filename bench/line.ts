/** One line of the table: what was measured, of whom. Rates in operations a second, CPU in microseconds an operation. */
export interface Line {
  readonly name: string;
  readonly subject: 'ours' | 'floor' | 'peer';
  readonly perSecond: number | null;
  readonly cpuMicroseconds: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** A figure that is no rate, for instance megabytes or milliseconds, with its unit. */
  readonly value?: string;
}

/** A line of ours without figures. */
export function blankLine(name: string): Line {
  return { name, subject: 'ours', perSecond: null, cpuMicroseconds: null, p50Ms: null, p99Ms: null };
}

const number = (value: number | null, digits = 0) =>
  value === null
    ? ''
    : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

const ratio = (a: number | null | undefined, b: number | null | undefined) =>
  a === null || a === undefined || b === null || b === undefined || b === 0 ? '' : `${(a / b).toFixed(2)}×`;

/** The table: our rows with the ratios to the floor and the peer of the same run beside them. */
export function renderTable(lines: readonly Line[]): string {
  const find = (name: string, subject: Line['subject']) =>
    lines.find((line) => line.name === name && line.subject === subject);
  const rows = [
    ['measure', 'per second', 'CPU µs/op', 'p50 ms', 'p99 ms', 'rate/floor', 'rate/peer', 'CPU/peer'],
    ...lines
      .filter((line) => line.subject === 'ours')
      .map((line) => {
        const peer = find(line.name, 'peer');
        return [
          line.name,
          line.value ?? number(line.perSecond),
          number(line.cpuMicroseconds, 1),
          number(line.p50Ms, 2),
          number(line.p99Ms, 2),
          ratio(line.perSecond, find(line.name, 'floor')?.perSecond),
          ratio(line.perSecond, peer?.perSecond),
          ratio(line.cpuMicroseconds, peer?.cpuMicroseconds),
        ];
      }),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}
