/** The index thread refused or failed: `kind` is the name of the error there. */
export class IndexThreadError extends Error {
  override readonly name = 'IndexThreadError';
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}
