/** The Raft log on disk can't be used. The message says which file, and what to do. */
export class RaftLogError extends Error {
  override readonly name: string = 'RaftLogError';
}

/** Something in the log, other than its unsynced end, is damaged or missing. Nothing was changed on disk. */
export class RaftLogCorruptError extends RaftLogError {
  override readonly name = 'RaftLogCorruptError';

  constructor(path: string, what: string) {
    super(
      `The Raft log in ${path} is damaged: ${what}. Acknowledged entries may be lost, so this node must not go on with ` +
        'it: remove the node from the cluster, delete its data, and add it as a new node.',
    );
  }
}
