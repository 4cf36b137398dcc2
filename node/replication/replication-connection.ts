import type { FrameConnection } from '../wire/frame-connection.ts';

/** What replication needs of a connection; the simulator brings its own. */
export type ReplicationConnection = Pick<
  FrameConnection,
  | 'remote'
  | 'isClosed'
  | 'bytesSent'
  | 'bytesReceived'
  | 'send'
  | 'drained'
  | 'onFrame'
  | 'onClose'
  | 'pause'
  | 'resume'
  | 'close'
>;
