/** A connection that broke, was refused, or carried something that is not our protocol. */
export class WireError extends Error {
  override readonly name: string = 'WireError';
}

/** The peer answered the handshake with a refusal; `status` is its word for it. */
export class WireRefusedError extends WireError {
  override readonly name: string = 'WireRefusedError';
  readonly status: string;

  constructor(status: string, message: string) {
    super(message);
    this.status = status;
  }
}
