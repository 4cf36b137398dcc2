import { randomInt } from 'node:crypto';
import type { Logger } from '../../observability/logger.ts';
import type { NodeId } from '../core/entry.ts';
import type { InstallSnapshot, SnapshotMetadata } from '../core/message.ts';
import { RachisError } from '../rachis-error.ts';
import type { RachisStateMachine } from '../state-machine.ts';
import type { LinkConnection } from '../transport/link-connection.ts';
import type { SnapshotAck, SnapshotChunk } from '../transport/link-frame.ts';
import type { SnapshotReceiver } from './snapshot-receiver.ts';
import { SnapshotSender } from './snapshot-sender.ts';

export interface SnapshotExchangeOptions {
  readonly ownId: NodeId;
  readonly receiver: SnapshotReceiver;
  readonly stateMachine: RachisStateMachine;
  readonly logger: Logger;
  /** Content to one peer. */
  readonly bytesPerSecond: number;
  /** Position and configuration at an index of the log; null when the log doesn't reach there. */
  snapshotAt(index: number): SnapshotMetadata | null;
  connectionTo(id: NodeId): LinkConnection | null;
  onSent(to: NodeId, ok: boolean): void;
  /** True when the snapshot is now being installed. */
  onReceived(message: InstallSnapshot): boolean;
}

/** Carries snapshots from and to this node: the content first, then the message that it belongs to. */
export class SnapshotExchange {
  readonly #options: SnapshotExchangeOptions;
  readonly #senders = new Map<NodeId, SnapshotSender | 'starting'>();

  constructor(options: SnapshotExchangeOptions) {
    this.#options = options;
  }

  async send(to: NodeId, term: number): Promise<void> {
    if (this.#senders.has(to)) return;
    this.#senders.set(to, 'starting');
    const { stateMachine, logger, bytesPerSecond, snapshotAt, connectionTo, onSent } = this.#options;
    try {
      const source = await stateMachine.snapshot();
      // The content's own position, which may be later than the one that the core had in mind.
      const metadata = snapshotAt(source.index);
      if (metadata === null || this.#senders.get(to) !== 'starting') {
        source.close();
        throw new RachisError(`the log does not reach back to ${source.index}`);
      }
      logger.info('Sending a snapshot', { to, index: metadata.index });
      const sender = new SnapshotSender({
        transfer: randomInt(2 ** 47),
        source,
        metadata,
        term,
        bytesPerSecond,
        connection: () => connectionTo(to),
        onDone: (isSent) => {
          this.#senders.delete(to);
          logger.info(isSent ? 'The snapshot has arrived' : 'The snapshot could not be sent', { to });
          onSent(to, isSent);
        },
      });
      this.#senders.set(to, sender);
    } catch (error) {
      this.#senders.delete(to);
      logger.warn('A snapshot could not be taken', { to, error: String(error) });
      onSent(to, false);
    }
  }

  /** There is a new connection to the peer. */
  connected(id: NodeId): void {
    const sender = this.#senders.get(id);
    if (sender instanceof SnapshotSender) sender.resume();
  }

  onAck(from: NodeId, ack: SnapshotAck): void {
    const sender = this.#senders.get(from);
    if (sender instanceof SnapshotSender) sender.acknowledged(ack);
  }

  onChunk(connection: LinkConnection, chunk: SnapshotChunk): void {
    const { receiver, logger, ownId } = this.#options;
    const from = connection.peerId;
    receiver
      .receive(from, chunk, (next) => connection.send({ kind: 'ack', transfer: chunk.transfer, next }))
      .then(
        (received) => {
          if (received === null) return;
          const { metadata, term } = received.end;
          logger.info('A snapshot has arrived', { from, index: metadata.index });
          receiver.isInstalling = true;
          receiver.isInstalling = this.#options.onReceived({
            type: 'InstallSnapshot',
            from,
            to: ownId,
            term,
            snapshot: metadata,
          });
        },
        (error: unknown) => logger.warn('A snapshot could not be received', { from, error: String(error) }),
      );
  }

  /** Puts the received content into the state machine. */
  async install(metadata: SnapshotMetadata): Promise<void> {
    const { receiver, stateMachine, logger } = this.#options;
    const complete = await receiver.complete();
    if (complete?.index !== metadata.index || complete.term !== metadata.term) {
      throw new RachisError(`the content of the snapshot at ${metadata.index} is not here`);
    }
    await stateMachine.restore(metadata, receiver.content());
    await receiver.discard();
    receiver.isInstalling = false;
    logger.info('A snapshot is installed', { index: metadata.index });
  }

  /** This node leads no more, or stops: what it was sending is another one's matter. */
  abandon(): void {
    for (const [to, sender] of this.#senders) {
      if (sender instanceof SnapshotSender) sender.finish(false);
      else this.#senders.delete(to);
    }
  }
}
