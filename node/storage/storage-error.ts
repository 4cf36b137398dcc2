/** Something the storage engine could not do. `message` says where and what to do. */
export class StorageError extends Error {
  override readonly name: string = 'StorageError';
}

/** No space left on the device. Reads go on; writes are refused until there is space again. */
export class StorageFullError extends StorageError {
  override readonly name: string = 'StorageFullError';
}

/** The environment was closed, or is being closed. */
export class StorageClosedError extends StorageError {
  override readonly name: string = 'StorageClosedError';
}

/** Turns an error text of RocksDB into one of ours. */
export function storageErrorFrom(path: string, action: string, text: string): StorageError {
  if (/no space left|disk quota exceeded/i.test(text)) {
    return new StorageFullError(
      `The disk that holds ${path} is full: could not ${action}. Free some space; writes resume by themselves. (${text})`,
    );
  }
  return new StorageError(`Could not ${action} in ${path}: ${text}`);
}
