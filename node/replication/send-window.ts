import type { StreamLimits } from './limits.ts';

interface InFlight {
  readonly to: number;
  readonly resume: number;
  readonly bytes: number;
}

/** The batches on their way to one destination: sent, and not yet acknowledged as durable there. */
export class SendWindow {
  readonly #limits: StreamLimits;
  readonly #inFlight: InFlight[] = [];
  #bytes = 0;
  #acknowledgedBatches = 0;
  #acceptedEtag: number;
  #resumeEtag: number;
  #sentEtag: number;

  /** Starts at the cursor that the destination named. */
  constructor(acceptedEtag: number, resumeEtag: number, limits: StreamLimits) {
    this.#limits = limits;
    this.#acceptedEtag = acceptedEtag;
    this.#resumeEtag = resumeEtag;
    this.#sentEtag = acceptedEtag;
  }

  /** `to` of the last batch sent. */
  get sentEtag(): number {
    return this.#sentEtag;
  }

  /** `to` of the last batch acknowledged. */
  get acceptedEtag(): number {
    return this.#acceptedEtag;
  }

  /** All items up to this etag are at the destination, durably. */
  get resumeEtag(): number {
    return this.#resumeEtag;
  }

  get isEmpty(): boolean {
    return this.#inFlight.length === 0;
  }

  get hasRoom(): boolean {
    return this.#inFlight.length < this.#limits.windowBatches && this.#bytes < this.#limits.windowBytes;
  }

  /** A batch left, whole. */
  sent(to: number, resume: number, bytes: number): void {
    this.#inFlight.push({ to, resume, bytes });
    this.#bytes += bytes;
    this.#sentEtag = to;
  }

  /** The destination said how many batches of this connection are durable; older news changes nothing. */
  acknowledged(batches: number): void {
    while (this.#acknowledgedBatches < batches) {
      const first = this.#inFlight.shift();
      if (first === undefined) return;
      this.#acknowledgedBatches++;
      this.#bytes -= first.bytes;
      this.#acceptedEtag = first.to;
      this.#resumeEtag = first.resume;
    }
  }
}
