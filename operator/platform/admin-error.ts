/**
 * A request to the admin API that did not do what it was for. `mayTakeEffect` says whether it may yet: false when a
 * node refused it or nobody got it, true when it was sent and the answer never came.
 */
export class AdminRequestError extends Error {
  override readonly name: string = 'AdminRequestError';
  readonly mayTakeEffect: boolean;
  readonly status: number | undefined;

  constructor(message: string, options: { mayTakeEffect: boolean; status?: number; cause?: unknown }) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.mayTakeEffect = options.mayTakeEffect;
    this.status = options.status;
  }
}
