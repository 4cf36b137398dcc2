import { Counter, Gauge, type Registry } from 'prom-client';

/** How the mirrors of Kubernetes objects are doing. */
export class ReflectorMetrics {
  readonly #lists: Counter<'resource'>;
  readonly #watches: Counter<'resource'>;
  readonly #events: Counter<'resource' | 'type'>;
  readonly #failures: Counter<'resource' | 'reason'>;
  readonly #sizes = new Map<string, () => number>();
  readonly #contactAges: { readonly resource: string; readonly ageMs: () => number }[] = [];

  constructor(registry: Registry) {
    const registers = [registry];
    this.#lists = new Counter({
      name: 'kubernetes_reflector_lists_total',
      help: 'Times that all objects were read: once at the start, and each time the watch lost its place.',
      labelNames: ['resource'],
      registers,
    });
    this.#watches = new Counter({
      name: 'kubernetes_reflector_watches_total',
      help: 'Watches that the API server took on.',
      labelNames: ['resource'],
      registers,
    });
    this.#events = new Counter({
      name: 'kubernetes_reflector_events_total',
      help: 'Events that watches brought, bookmarks included.',
      labelNames: ['resource', 'type'],
      registers,
    });
    this.#failures = new Counter({
      name: 'kubernetes_reflector_failures_total',
      help: 'Lists and watches that failed, by reason.',
      labelNames: ['resource', 'reason'],
      registers,
    });
    const sizes = this.#sizes;
    new Gauge({
      name: 'kubernetes_cache_objects',
      help: 'Objects in the mirror.',
      labelNames: ['resource'],
      registers,
      collect() {
        for (const [resource, size] of sizes) this.set({ resource }, size());
      },
    });
    const ages = this.#contactAges;
    new Gauge({
      name: 'kubernetes_reflector_last_contact_seconds',
      help: 'Time since the API server was last heard, bookmarks included.',
      labelNames: ['resource'],
      registers,
      collect() {
        this.reset();
        // Of several reflectors of a kind, one a namespace, the most silent one.
        const sorted = ages.map(({ resource, ageMs }) => ({ resource, ageMs: ageMs() }));
        sorted.sort((a, b) => a.ageMs - b.ageMs);
        for (const { resource, ageMs } of sorted) this.set({ resource }, ageMs / 1_000);
      },
    });
  }

  listed(resource: string): void {
    this.#lists.inc({ resource });
  }

  watching(resource: string): void {
    this.#watches.inc({ resource });
  }

  event(resource: string, type: string): void {
    this.#events.inc({ resource, type });
  }

  failed(resource: string, reason: string): void {
    this.#failures.inc({ resource, reason });
  }

  /** Shows how many objects a cache holds. */
  followSize(resource: string, size: () => number): void {
    this.#sizes.set(resource, size);
  }

  /**
   * @param ageMs time since the last contact, in milliseconds
   * @returns a function that ends this
   */
  followContact(resource: string, ageMs: () => number): () => void {
    const entry = { resource, ageMs };
    this.#contactAges.push(entry);
    return () => this.#contactAges.splice(this.#contactAges.indexOf(entry), 1);
  }
}
