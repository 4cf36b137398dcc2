import { EMPTY_COLLECTION } from '../json/document-json.ts';
import { InvalidCommandError } from './document-errors.ts';
import { COLLECTION_NAME_BYTES_MAX } from './limits.ts';

/** The case of a name does not count; null: none. */
export function isSameCollection(a: string, b: string | null): boolean {
  return a === b || a.toLowerCase() === b?.toLowerCase();
}

/** Throws InvalidCommandError for a name that is too long. */
export function checkCollection(name: string): void {
  if (name === EMPTY_COLLECTION || name.length * 3 <= COLLECTION_NAME_BYTES_MAX) return;
  const bytes = Buffer.byteLength(name);
  if (bytes > COLLECTION_NAME_BYTES_MAX) {
    throw new InvalidCommandError(
      `A collection name may have ${COLLECTION_NAME_BYTES_MAX} bytes, but '${name.slice(0, 64)}…' has ${bytes}.`,
    );
  }
}
