/** Rachis could not do what was asked. */
export class RachisError extends Error {
  override readonly name: string = 'RachisError';
}

/** There was no leader for as long as the caller would wait. Nothing was appended. */
export class NoLeaderError extends RachisError {
  override readonly name = 'NoLeaderError';
}

/** This node is in no cluster. */
export class NodePassiveError extends RachisError {
  override readonly name = 'NodePassiveError';
}

/** The time was up; whether the command runs, now or later, is unknown. A repeat with the same id runs it once. */
export class ClusterTimeoutError extends RachisError {
  override readonly name = 'ClusterTimeoutError';
}

/** A membership change, or another request to the leader, that can't be done; the message says why. */
export class RachisRefusedError extends RachisError {
  override readonly name = 'RachisRefusedError';
}

/** An unsafe recovery that must not be done; nothing has changed. The message says why. */
export class RecoveryRefusedError extends RachisError {
  override readonly name = 'RecoveryRefusedError';
}

/** Too much waits already, or the command is too large. Nothing was appended. */
export class RachisOverloadError extends RachisError {
  override readonly name = 'RachisOverloadError';
}

export class RachisClosedError extends RachisError {
  override readonly name = 'RachisClosedError';
}

/** Inside Rachis only: ask again, perhaps somebody else. */
export class RetryError extends RachisError {
  override readonly name = 'RetryError';
}
