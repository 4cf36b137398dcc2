import type { Registry } from 'prom-client';
import { type FigureMetric, registerFigures } from './figure-gauge.ts';

/** One RocksDB environment; `property` gives RocksDB's own text, empty when unknown. */
export interface EnvironmentFigures {
  readonly environment: string;
  readonly property: (name: string) => string;
}

/** RocksDB's integer properties worth a graph: memory, disk, and what holds up writes. */
const PROPERTIES: Readonly<Record<string, string>> = {
  'cur-size-all-mem-tables': 'Bytes in memtables.',
  'estimate-table-readers-mem': 'Bytes of table indexes and filters outside the block cache.',
  'block-cache-usage': 'Bytes in the block cache.',
  'estimate-num-keys': 'Estimated keys of the default column.',
  'total-sst-files-size': 'Bytes in table files.',
  'estimate-pending-compaction-bytes': 'Bytes that compaction still has to rewrite.',
  'num-running-compactions': 'Compactions running.',
  'num-running-flushes': 'Flushes running.',
  'is-write-stopped': '1 while RocksDB refuses writes.',
  'actual-delayed-write-rate': 'Bytes a second to which RocksDB holds writes; 0: not held.',
  'background-errors': 'Background errors since the environment was opened.',
};

const FIGURES: readonly FigureMetric<EnvironmentFigures>[] = Object.entries(PROPERTIES).map(
  ([name, help]) => ({
    name: `ravencluster_rocksdb_${name.replaceAll('-', '_')}`,
    help,
    value: ({ property }) => {
      const text = property(`rocksdb.${name}`);
      return text === '' ? undefined : Number(text);
    },
  }),
);

export function registerStorageEngineMetrics(
  registry: Registry,
  read: () => Iterable<EnvironmentFigures> | undefined,
): void {
  registerFigures(registry, read, ['environment'], ({ environment }) => ({ environment }), FIGURES);
}
