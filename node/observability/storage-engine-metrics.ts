import type { Registry } from 'prom-client';
import { type FigureMetric, registerFigures } from './figure-gauge.ts';

/** One RocksDB environment; `property` gives RocksDB's own text, empty when unknown. */
export interface EnvironmentFigures {
  readonly environment: string;
  readonly property: (name: string) => string;
}

/**
 * RocksDB's integer properties of a whole environment: what holds up writes. Those of one column family would show the
 * default one only, which holds nothing.
 */
const PROPERTIES: Readonly<Record<string, string>> = {
  'num-running-compactions': 'Compactions running.',
  'num-running-flushes': 'Flushes running.',
  'num-snapshots': 'Snapshots held; each keeps old versions on the disk.',
  'is-write-stopped': '1 while RocksDB refuses writes.',
  'actual-delayed-write-rate': 'Bytes a second to which RocksDB holds writes; 0: not held.',
  'background-errors': 'Background errors since the environment was opened.',
};

const FIGURES: readonly FigureMetric<EnvironmentFigures>[] = [
  ...Object.entries(PROPERTIES).map(([name, help]) => ({
    name: `ravencluster_rocksdb_${name.replaceAll('-', '_')}`,
    help,
    value: ({ property }: EnvironmentFigures) => {
      const text = property(`rocksdb.${name}`);
      return text === '' ? undefined : Number(text);
    },
  })),
  {
    name: 'ravencluster_rocksdb_stall_seconds',
    help: 'Time for which RocksDB held up writes since the environment was opened.',
    value: ({ property }) => stallSeconds(property('rocksdb.dbstats')),
  },
];

/** `Cumulative stall: 00:01:2.500 H:M:S, …` */
function stallSeconds(statistics: string): number | undefined {
  const match = /Cumulative stall: (\d+):(\d+):([\d.]+) H:M:S/.exec(statistics);
  if (match === null) return undefined;
  return Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
}

export function registerStorageEngineMetrics(
  registry: Registry,
  read: () => Iterable<EnvironmentFigures> | undefined,
): void {
  registerFigures(registry, read, ['environment'], ({ environment }) => ({ environment }), FIGURES);
}
