/** Replication that can't go on over this connection. `message` says with whom, why, and what to do. */
export class ReplicationError extends Error {
  override readonly name: string = 'ReplicationError';
}

/** The peer sent something that is not our protocol, or not what this point of it allows. */
export class ReplicationProtocolError extends ReplicationError {
  override readonly name: string = 'ReplicationProtocolError';
}

/** The peer will not take (or must not be given) what we have; retrying alone does not help. */
export class ReplicationRefusedError extends ReplicationError {
  override readonly name: string = 'ReplicationRefusedError';
}

/** Too many requests wait for write assurance at once. */
export class AssuranceQueueFullError extends ReplicationError {
  override readonly name: string = 'AssuranceQueueFullError';
}
