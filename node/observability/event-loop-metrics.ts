import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import { EVENT_LOOP_RESOLUTION_MS } from './limits.ts';

/** How long the main thread was held up: what delays heartbeats and every answer. */
export class EventLoopMetrics {
  readonly #delay = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS });
  /** Apart from the one above, so that a scrape and a health check don't take each other's maximum away. */
  readonly #sinceReading = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS });
  #utilization = performance.eventLoopUtilization();

  constructor(registry: Registry) {
    this.#delay.enable();
    this.#sinceReading.enable();
    const read = () => ({
      p50: nanosecondsToSeconds(this.#delay.percentile(50)),
      p99: nanosecondsToSeconds(this.#delay.percentile(99)),
      max: nanosecondsToSeconds(this.#delay.max),
    });
    const restart = () => this.#delay.reset();
    new Gauge({
      name: 'ravencluster_event_loop_delay_seconds',
      help: 'Delay of the event loop since the last scrape.',
      labelNames: ['quantile'],
      registers: [registry],
      collect() {
        for (const [quantile, seconds] of Object.entries(read())) this.set({ quantile }, seconds);
        restart();
      },
    });
    const busyShare = () => this.#busyShare();
    new Gauge({
      name: 'ravencluster_event_loop_utilization_ratio',
      help: 'Share of the time since the last scrape in which the event loop was busy.',
      registers: [registry],
      collect() {
        this.set(busyShare());
      },
    });
  }

  /** The longest delay since this was last asked. */
  maxMs(): number {
    const maxMs = nanosecondsToSeconds(this.#sinceReading.max) * 1000;
    this.#sinceReading.reset();
    return maxMs;
  }

  close(): void {
    this.#delay.disable();
    this.#sinceReading.disable();
  }

  #busyShare(): number {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    return utilization;
  }
}

/** An empty histogram gives NaN, or its smallest bound as maximum. */
function nanosecondsToSeconds(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : 0;
}
