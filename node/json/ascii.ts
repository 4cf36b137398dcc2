/** Bytes with a meaning in JSON. */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const MINUS = 0x2d;
export const ZERO = 0x30;

/** 1 for the bytes that end a plain run inside a string: the quote, the backslash and control characters. */
export const ENDS_PLAIN_RUN = new Uint8Array(256);
ENDS_PLAIN_RUN.fill(1, 0, 0x20);
ENDS_PLAIN_RUN[QUOTE] = 1;
ENDS_PLAIN_RUN[BACKSLASH] = 1;

/** 1 for space, tab, line feed and carriage return. */
export const IS_WHITESPACE = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) IS_WHITESPACE[byte] = 1;

/** 1 for the characters after a backslash that our canonical form keeps as they are. */
export const IS_CANONICAL_ESCAPE = new Uint8Array(256);
for (const letter of '"\\bfnrt') IS_CANONICAL_ESCAPE[letter.charCodeAt(0)] = 1;

/** Value of a hexadecimal digit, 255 for every other byte. */
export const HEX_VALUE = new Uint8Array(256).fill(255);
for (let value = 0; value < 16; value++) {
  HEX_VALUE[value.toString(16).charCodeAt(0)] = value;
  HEX_VALUE[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

export function skipWhitespace(bytes: Uint8Array, at: number): number {
  let i = at;
  while (IS_WHITESPACE[bytes[i] as number] === 1) i++;
  return i;
}
