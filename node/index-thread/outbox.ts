import { BYTES_TOGETHER_MAX, MESSAGES_TOGETHER_MAX } from './limits.ts';

export interface OutboxOptions<Message> {
  readonly send: (messages: readonly Message[]) => void;
  /** Calls back when the present turn is over, as far as gathering goes. */
  readonly afterTurn: (call: () => void) => void;
  /** Bytes that it takes along. */
  readonly weigh?: (message: Message) => number;
  /** A message that can't be sent. */
  readonly refused: (message: Message, error: unknown) => void;
}

/** Messages to another thread that leave together: to wake a thread costs several times what one more message does. */
export class Outbox<Message> {
  readonly #options: OutboxOptions<Message>;
  readonly #flush = () => this.flush();
  #messages: Message[] = [];
  #bytes = 0;

  constructor(options: OutboxOptions<Message>) {
    this.#options = options;
  }

  /** Sends it with others: at the end of the turn, or when there are enough. */
  put(message: Message): void {
    const count = this.#messages.push(message);
    this.#bytes += this.#options.weigh?.(message) ?? 0;
    if (count >= MESSAGES_TOGETHER_MAX || this.#bytes >= BYTES_TOGETHER_MAX) this.flush();
    else if (count === 1) this.#options.afterTurn(this.#flush);
  }

  /** Sends what there is now. */
  flush(): void {
    const messages = this.#messages;
    if (messages.length === 0) return;
    this.#messages = [];
    this.#bytes = 0;
    try {
      this.#options.send(messages);
    } catch {
      // One that can't be sent is told so; the others are not to suffer for it.
      for (const message of messages) this.#sendAlone(message);
    }
  }

  #sendAlone(message: Message): void {
    try {
      this.#options.send([message]);
    } catch (error) {
      this.#options.refused(message, error);
    }
  }
}
