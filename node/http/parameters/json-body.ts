import { parseExactWithBareWords, parseWithBareWords } from '../../json/bare-words.ts';
import { BodyTooLargeError } from '../errors/body-too-large-error.ts';
import {
  endOfBody,
  formatError,
  invalidData,
  invalidOperation,
  ProtocolError,
} from '../errors/protocol-error.ts';
import { PARSED_BODY_BYTES_MAX } from '../limits.ts';
import type { HttpRequest } from '../request.ts';

/** An admin payload. The Node client writes the first letter of every key in upper case, users' keys included. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a body that must be one JSON object. `isExact`: a bigint stands for each integer of 64 bits that a number can't
 * hold. Throws the protocol's errors for an empty, cut or malformed one.
 */
export async function jsonObjectBody(request: HttpRequest, isExact = false): Promise<JsonObject> {
  const bytes = await request.body();
  if (bytes.byteLength > PARSED_BODY_BYTES_MAX) {
    throw new BodyTooLargeError(`The body of this request may have ${PARSED_BODY_BYTES_MAX} bytes.`);
  }
  const text = bytes.toString('utf8');
  if (text.trim() === '') throw endOfBody();
  const value = parse(text, isExact);
  if (!isJsonObject(value)) {
    throw new ProtocolError(
      500,
      'Sparrow.Exceptions.InvalidStartOfObjectException',
      `Expected the body to be a JSON object, but it is ${shapeOf(value)}.`,
    );
  }
  return value;
}

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function parse(text: string, isExact: boolean): unknown {
  try {
    return isExact ? parseExactWithBareWords(text) : parseWithBareWords(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // V8 tells a cut text from a malformed one only in words.
    if (/unexpected end|unterminated/i.test(message)) throw endOfBody();
    throw invalidData(message);
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member by name, without case; clients differ in it. */
export function member(body: JsonObject, name: string): unknown {
  if (Object.hasOwn(body, name)) return body[name];
  for (const key in body) {
    if (key.length === name.length && key.toLowerCase() === name.toLowerCase()) return body[key];
  }
  return undefined;
}

/** Text; absent and null give `undefined`. Throws a format error for anything else. */
export function textMember(body: JsonObject, name: string): string | undefined {
  const value = member(body, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string')
    throw formatError(`'${name}' must be a string, but it is ${describe(value)}.`);
  return value;
}

export function boolMember(body: JsonObject, name: string, otherwise: boolean): boolean {
  const value = member(body, name);
  if (value === undefined || value === null) return otherwise;
  if (typeof value !== 'boolean')
    throw formatError(`'${name}' must be true or false, but it is ${describe(value)}.`);
  return value;
}

/** An array of strings; absent and null give `undefined`. */
export function textsMember(body: JsonObject, name: string): readonly string[] | undefined {
  const value = member(body, name);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw formatError(`'${name}' must be an array of strings, but it is ${describe(value)}.`);
  }
  return value;
}

/** As textsMember, for one that must be there. */
export function requiredTexts(body: JsonObject, name: string): readonly string[] {
  const value = textsMember(body, name);
  if (value === undefined)
    throw invalidOperation(`'${name}' is a mandatory member of the body, but it is missing.`);
  return value;
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : JSON.stringify(value);
}
