/**
 * What is wrong: the text ended early, is not JSON, is JSON but not of the kind asked for, or nests too deeply.
 * The protocol answers each with another error type.
 */
export type JsonFault = 'Truncated' | 'Malformed' | 'UnexpectedKind' | 'TooDeep';

/** Bytes that are not the JSON that was asked for. `position` is the byte offset. */
export class JsonSyntaxError extends Error {
  override readonly name: string = 'JsonSyntaxError';
  readonly fault: JsonFault;
  readonly position: number;

  constructor(fault: JsonFault, position: number, message: string) {
    super(`${message} (at byte ${position})`);
    this.fault = fault;
    this.position = position;
  }
}

/** Says what stands at `position` instead of `expected`. */
export function unexpectedByte(bytes: Uint8Array, position: number, expected: string): JsonSyntaxError {
  const byte = bytes[position];
  if (byte === undefined) {
    return new JsonSyntaxError('Truncated', position, `The JSON text ends where ${expected} should follow.`);
  }
  const shown = byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16)}`;
  return new JsonSyntaxError('Malformed', position, `Expected ${expected} but found ${shown}.`);
}
