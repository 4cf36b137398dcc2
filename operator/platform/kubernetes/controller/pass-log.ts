import { randomBytes } from 'node:crypto';
import type { Narrator } from '../../reconciler.ts';
import type { OperatorLog } from './operator-services.ts';

/** The log of one cluster: every line says which, and in which look at it. */
export class PassLog implements Narrator {
  readonly #log: OperatorLog;
  #current: OperatorLog;

  /** @param cluster as `<namespace>/<name>` */
  constructor(log: OperatorLog, cluster: string) {
    this.#log = log.child({ cluster });
    this.#current = this.#log;
  }

  beginPass(): void {
    this.#current = this.#log.child({ reconcile: randomBytes(4).toString('hex') });
  }

  info(message: string): void {
    this.#current.info(message);
  }

  warn(message: string): void {
    this.#current.warn(message);
  }
}
