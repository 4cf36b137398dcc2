import { BODIES_BYTES_MAX } from '../limits.ts';

/** The node serves, or holds, as much as it can; the client should try again, or another node. */
export class OverloadError extends Error {
  override readonly name = 'OverloadError';
}

/** Bytes of request bodies in memory, over all requests of a server. */
export class BodyBudget {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes = BODIES_BYTES_MAX) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Throws OverloadError. */
  take(bytes: number): void {
    if (this.#heldBytes + bytes > this.#limitBytes) {
      throw new OverloadError(
        `This node holds ${this.#heldBytes} bytes of request bodies already; try again shortly, or another node.`,
      );
    }
    this.#heldBytes += bytes;
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}
