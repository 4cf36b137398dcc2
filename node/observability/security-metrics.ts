import { Counter, Gauge, type Registry } from 'prom-client';

/** TLS of a node: when its certificate ends, and what went wrong with certificates. */
export class SecurityMetrics {
  readonly #reloads: Counter<'file' | 'result'>;
  readonly #failedHandshakes: Counter<'port'>;

  /** `secondsUntilExpiry`: undefined on a node without a certificate. */
  constructor(registry: Registry, secondsUntilExpiry: () => number | undefined) {
    const registers = [registry];
    this.#reloads = new Counter({
      name: 'ravencluster_certificate_reloads_total',
      help: 'Changed certificate files that were taken, or refused while the one before stays in force.',
      labelNames: ['file', 'result'],
      registers,
    });
    this.#failedHandshakes = new Counter({
      name: 'ravencluster_tls_handshakes_failed_total',
      help: 'TLS handshakes that did not come to an end, by port.',
      labelNames: ['port'],
      registers,
    });
    new Gauge({
      name: 'ravencluster_certificate_expiry_seconds',
      help: 'Seconds until the server certificate expires; negative afterwards.',
      registers,
      collect() {
        const seconds = secondsUntilExpiry();
        if (seconds === undefined) this.reset();
        else this.set(seconds);
      },
    });
  }

  reloaded(file: 'certificate' | 'trusted_cas', result: 'loaded' | 'refused'): void {
    this.#reloads.labels(file, result).inc();
  }

  handshakeFailed(port: 'http' | 'tcp'): void {
    this.#failedHandshakes.labels(port).inc();
  }
}
