import { inspect } from 'node:util';

/** A private key in PEM. Prints as a word wherever it goes by accident: a log, an error, JSON. */
export class PrivateKey {
  readonly #pem: string;

  constructor(pem: string) {
    this.#pem = pem;
  }

  /** The key itself, for the Secret or the TLS socket that needs it. */
  reveal(): string {
    return this.#pem;
  }

  toJSON(): string {
    return HIDDEN;
  }

  toString(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

const HIDDEN = '[private key]';
