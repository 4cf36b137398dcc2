import type { Registry } from 'prom-client';
import { type FigureMetric, registerFigures } from './figure-gauge.ts';

/** What one open database of this node holds. */
export interface DatabaseFigures {
  readonly database: string;
  readonly documents: number;
  readonly tombstones: number;
  readonly conflicts: number;
  readonly lastEtag: number;
}

const FIGURES: readonly FigureMetric<DatabaseFigures>[] = [
  { name: 'ravencluster_database_documents', help: 'Documents.', value: (f) => f.documents },
  {
    name: 'ravencluster_database_tombstones',
    help: 'Tombstones not cleaned yet.',
    value: (f) => f.tombstones,
  },
  { name: 'ravencluster_database_conflicts', help: 'Unresolved conflicts.', value: (f) => f.conflicts },
  { name: 'ravencluster_database_last_etag', help: 'Last durable etag.', value: (f) => f.lastEtag },
];

export function registerDatabaseMetrics(
  registry: Registry,
  read: () => Iterable<DatabaseFigures> | undefined,
): void {
  registerFigures(registry, read, ['database'], ({ database }) => ({ database }), FIGURES);
}
