import type { Logger } from '../../observability/logger.ts';
import type { FrameConnection } from '../../wire/frame-connection.ts';
import type { OperationHeader } from '../../wire/operation-header.ts';
import { type Hello, parseHello } from '../transport/hello.ts';
import type { OwnIdentity } from './own-identity.ts';

export interface AdmissionOptions {
  readonly identity: OwnIdentity;
  readonly logger: Logger;
  isClosed(): boolean;
  /** The connection is one of the peer that the hello names. */
  accept(connection: FrameConnection, hello: Hello): void;
}

/** Which connections of other nodes are let in. The first one tells a node of no cluster its cluster and its tag. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Why a connection with this header must not be accepted, or null. */
  refuse(header: OperationHeader): string | null {
    return this.#options.identity.refusalOf(parseHello(header.Info));
  }

  /** A connection whose header `refuse` let pass. */
  admit(connection: FrameConnection, header: OperationHeader): void {
    const { identity, isClosed, accept } = this.#options;
    const hello = parseHello(header.Info);
    if (hello === null || isClosed()) {
      connection.close();
      return;
    }
    this.#adopt(hello).then(
      () => {
        // While that was written down, the node may have gone on without the cluster that the hello is of.
        const isUnwelcome = isClosed() || identity.refusalOf(hello) !== null;
        return isUnwelcome ? connection.close() : accept(connection, hello);
      },
      (error: Error) => connection.close(error),
    );
  }

  async #adopt(hello: Hello): Promise<void> {
    const { identity, logger } = this.#options;
    if (!(await identity.adopt(hello))) return;
    logger.info(`Invited into cluster ${hello.clusterId} as node ${hello.destinationTag}`);
  }
}
