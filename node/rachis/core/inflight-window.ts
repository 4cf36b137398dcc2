/** The AppendEntries on their way to one peer, in the order sent. */
export class InflightWindow {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #messages: { readonly lastIndex: number; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    return this.#messages.length;
  }

  get isFull(): boolean {
    return this.#messages.length >= this.#messagesMax || this.#bytes >= this.#bytesMax;
  }

  add(lastIndex: number, bytes: number): void {
    this.#messages.push({ lastIndex, bytes });
    this.#bytes += bytes;
  }

  /** An acknowledgement of `index` answers every message that ends at or before it. */
  freeUpTo(index: number): void {
    let freed = 0;
    for (const message of this.#messages) {
      if (message.lastIndex > index) break;
      this.#bytes -= message.bytes;
      freed++;
    }
    if (freed > 0) this.#messages.splice(0, freed);
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }
}
