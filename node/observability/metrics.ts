import { collectDefaultMetrics, Registry } from 'prom-client';
import { type DatabaseFigures, registerDatabaseMetrics } from './database-metrics.ts';
import { EventLoopMetrics } from './event-loop-metrics.ts';
import { type IndexThreadFigures, registerIndexThreadMetrics } from './index-thread-metrics.ts';
import { LimitMetrics } from './limit-metrics.ts';
import { MergerMetrics } from './merger-metrics.ts';
import { RachisLogMetrics } from './rachis-log-metrics.ts';
import { type RachisFigures, registerRachisMetrics } from './rachis-metrics.ts';
import { type ReplicationFigures, registerReplicationMetrics } from './replication-metrics.ts';
import { RequestMetrics } from './request-metrics.ts';
import { SecurityMetrics } from './security-metrics.ts';
import { type EnvironmentFigures, registerStorageEngineMetrics } from './storage-engine-metrics.ts';
import { WriterMetrics } from './writer-metrics.ts';

/**
 * Where figures come from that are read when Prometheus asks. Each is a cheap, synchronous look at what the node
 * knows; one that throws is left out of that answer and counted in `ravencluster_scrape_errors_total`.
 */
export interface MetricSources {
  rachis?: () => RachisFigures | undefined;
  replication?: () => Iterable<ReplicationFigures>;
  databases?: () => Iterable<DatabaseFigures>;
  environments?: () => Iterable<EnvironmentFigures>;
  /** The thread that answers queries: whether it can, and which one it is since the node started. */
  indexThread?: () => IndexThreadFigures;
  /** Seconds until the server certificate expires; absent on a node without one. */
  certificate?: () => number | undefined;
}

/** A node's Prometheus registry, with one typed observer for each kind of event. Every metric is `ravencluster_…`. */
export class NodeMetrics {
  readonly requests: RequestMetrics;
  readonly merger: MergerMetrics;
  readonly writer: WriterMetrics;
  readonly rachisLog: RachisLogMetrics;
  readonly limits: LimitMetrics;
  readonly security: SecurityMetrics;
  readonly #registry = new Registry();
  readonly #eventLoop: EventLoopMetrics;
  #scrape = 0;

  constructor(sources: MetricSources = {}) {
    const registry = this.#registry;
    this.limits = new LimitMetrics(registry);
    this.requests = new RequestMetrics(registry, this.limits);
    this.merger = new MergerMetrics(registry);
    this.writer = new WriterMetrics(registry);
    this.rachisLog = new RachisLogMetrics(registry);
    this.#eventLoop = new EventLoopMetrics(registry);
    const guarded = <T>(name: string, source: (() => T) | undefined): (() => T | undefined) =>
      this.#oncePerScrape(this.limits.guardScrape(name, source));
    this.security = new SecurityMetrics(registry, guarded('certificate', sources.certificate));
    registerRachisMetrics(registry, guarded('rachis', sources.rachis));
    registerReplicationMetrics(registry, guarded('replication', listing(sources.replication)));
    registerDatabaseMetrics(registry, guarded('databases', listing(sources.databases)));
    registerStorageEngineMetrics(registry, guarded('environments', listing(sources.environments)));
    registerIndexThreadMetrics(registry, guarded('index_thread', sources.indexThread));
    collectDefaultMetrics({ register: registry });
  }

  /** The answer to `GET /metrics`. */
  async text(): Promise<{ readonly contentType: string; readonly text: string }> {
    this.#scrape++;
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  /** Longest time the event loop was held up since the last reading, in milliseconds. */
  eventLoopDelayMaxMs(): number {
    return this.#eventLoop.maxMs();
  }

  close(): void {
    this.#eventLoop.close();
    this.#registry.clear();
  }

  /** All metrics of one answer come from one look at their source. */
  #oncePerScrape<T>(read: () => T): () => T {
    let last: { readonly scrape: number; readonly figures: T } | undefined;
    return () => {
      if (last?.scrape !== this.#scrape) last = { scrape: this.#scrape, figures: read() };
      return last.figures;
    };
  }
}

/** Walks the iterable inside the guard, so that a generator's throw is caught there as well. */
function listing<T>(source: (() => Iterable<T>) | undefined): (() => readonly T[]) | undefined {
  return source === undefined ? undefined : () => [...source()];
}
