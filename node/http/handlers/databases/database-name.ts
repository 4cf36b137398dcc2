import { badRequest } from '../../errors/protocol-error.ts';

/** Names become folders; far below what file systems take, with room for what is appended. */
const NAME_LENGTH_MAX = 128;

/** Letters and digits of any script. Throws a ProtocolError. */
export function checkDatabaseName(name: string): void {
  if (name.trim() === '') throw badRequest('A database name must not be empty.');
  if (name.length > NAME_LENGTH_MAX) {
    throw badRequest(`The name '${name}' exceeds '${NAME_LENGTH_MAX}' characters!`);
  }
  if (!/^[\p{L}\p{N}_\-.]+$/u.test(name)) {
    throw badRequest(
      `The name '${name}' is not permitted. Only letters, digits and characters ('_', '-', '.') are allowed.`,
    );
  }
  // `.` and `..` are folders already, and `.quarantine` is the landlord's.
  if (name.startsWith('.') || name.endsWith('.')) {
    throw badRequest(`The name '${name}' is not permitted. It must not start or end with a dot.`);
  }
}
