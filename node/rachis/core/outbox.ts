import type { Durability } from './durability.ts';
import type { NodeId } from './entry.ts';
import type { Message } from './message.ts';

interface WithheldMessage {
  readonly message: Message;
  readonly hardStateVersion: number;
  /** The message says that the log is durable up to here. */
  readonly stableIndex: number;
}

/** Messages that wait for the disk, and messages that may leave. */
export class Outbox {
  readonly #self: NodeId;
  readonly #durability: Durability;
  #sendable: Message[] = [];
  #toSelf: Message[] = [];
  #withheld: WithheldMessage[] = [];

  constructor(self: NodeId, durability: Durability) {
    this.#self = self;
    this.#durability = durability;
  }

  /** For what promises nothing: trial requests, and a leader's traffic (its term was durable before it led). */
  send(message: Message): void {
    this.#sendable.push(message);
  }

  /** Leaves once the term and vote of this moment, and the log up to `stableIndex`, are on disk. */
  sendWhenDurable(message: Message, stableIndex: number): void {
    const withheld = { message, hardStateVersion: this.#durability.hardStateVersion, stableIndex };
    if (this.#isDurable(withheld)) this.#release(message);
    else this.#withheld.push(withheld);
  }

  /** The disk moved on. */
  releaseDurable(): void {
    if (this.#withheld.length === 0) return;
    const waiting: WithheldMessage[] = [];
    const released: Message[] = [];
    for (const withheld of this.#withheld) {
      if (this.#isDurable(withheld)) released.push(withheld.message);
      else waiting.push(withheld);
    }
    this.#withheld = waiting;
    released.forEach((message, position) => {
      if (!isCoveredByLater(message, released[position + 1])) this.#release(message);
    });
  }

  /** A new term: nothing that waits belongs to it, and its receiver could do nothing with it. */
  dropWithheld(): void {
    this.#withheld = [];
    this.#toSelf = [];
  }

  /** Nothing that was said so far is for anybody any more. */
  dropAll(): void {
    this.dropWithheld();
    this.#sendable = [];
  }

  takeSendable(): readonly Message[] {
    const messages = this.#sendable;
    if (messages.length > 0) this.#sendable = [];
    return messages;
  }

  /** Messages of this node to itself, such as a candidate's vote, that the disk has released. */
  takeToSelf(): readonly Message[] {
    const messages = this.#toSelf;
    if (messages.length > 0) this.#toSelf = [];
    return messages;
  }

  #isDurable(withheld: WithheldMessage): boolean {
    return (
      this.#durability.durableHardStateVersion >= withheld.hardStateVersion &&
      this.#durability.stableIndex >= withheld.stableIndex
    );
  }

  #release(message: Message): void {
    if (message.to === this.#self) this.#toSelf.push(message);
    else this.#sendable.push(message);
  }
}

/** One sync that covers many appends answers the leader once. */
function isCoveredByLater(message: Message, later: Message | undefined): boolean {
  return (
    message.type === 'AppendEntriesReply' &&
    later?.type === 'AppendEntriesReply' &&
    message.success &&
    later.success &&
    message.to === later.to &&
    message.matchIndex <= later.matchIndex
  );
}
