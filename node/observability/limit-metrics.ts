import { Counter, type Registry } from 'prom-client';

/** Every limit that bites counts itself, so that an operator sees which one to widen. */
export class LimitMetrics {
  readonly #hits: Counter<'limit'>;
  readonly #scrapeErrors: Counter<'source'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#hits = new Counter({
      name: 'ravencluster_limit_hits_total',
      help: 'Times a named limit refused or delayed something.',
      labelNames: ['limit'],
      registers,
    });
    this.#scrapeErrors = new Counter({
      name: 'ravencluster_scrape_errors_total',
      help: 'Times a source of figures failed while metrics were read.',
      labelNames: ['source'],
      registers,
    });
  }

  /** `limit` is a name from the code, never text of a client. */
  hit(limit: string): void {
    this.#hits.labels(limit).inc();
  }

  /** A source that gives undefined instead of throwing: one broken room must not hide the figures of the others. */
  guardScrape<T>(name: string, source: (() => T) | undefined): () => T | undefined {
    return () => {
      try {
        return source?.();
      } catch {
        // Counted instead of thrown: the reason is in that room's own log.
        this.#scrapeErrors.labels(name).inc();
        return undefined;
      }
    };
  }
}
