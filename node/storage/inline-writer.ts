import { AttachedEnvironment } from './attached-environment.ts';
import type { BatchWriter, WriteOptions } from './batch-writer.ts';
import type { ReadGate } from './read-gate.ts';
import { StorageClosedError } from './storage-error.ts';

/** Writes in the thread that asks, which waits: for threads that have nothing else to do meanwhile. */
export class InlineWriter implements BatchWriter {
  readonly #environments = new Map<number, AttachedEnvironment>();
  #next = 1;

  async attach(handle: bigint, columns: readonly string[], gate: ReadGate): Promise<number> {
    const number = this.#next++;
    this.#environments.set(number, await AttachedEnvironment.open(handle, columns, gate));
    return number;
  }

  async write(environment: number, frame: Uint8Array<ArrayBuffer>, { sync }: WriteOptions): Promise<void> {
    const attached = this.#environments.get(environment);
    if (attached === undefined) throw new StorageClosedError('The environment is closed.');
    attached.write(frame, sync);
  }

  async detach(environment: number): Promise<void> {
    const attached = this.#environments.get(environment);
    this.#environments.delete(environment);
    await attached?.close();
  }
}
