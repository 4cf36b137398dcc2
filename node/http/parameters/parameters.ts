import { argumentError, missingParameter } from '../errors/protocol-error.ts';
import type { HttpRequest } from '../request.ts';
import { parseTimeSpanMs } from './time-span.ts';

/** The largest number of documents a page may be asked for; .NET's int. */
export const INT_MAX = 2_147_483_647;

/** Throws a ProtocolError when it is missing or empty. */
export function requiredText(request: HttpRequest, name: string): string {
  const value = request.query.get(name.toLowerCase());
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

/** Empty counts as absent. */
export function optionalText(request: HttpRequest, name: string): string | undefined {
  const value = request.query.get(name.toLowerCase());
  return value === '' ? undefined : value;
}

/** A whole number; empty counts as absent. Throws a ProtocolError when it is none. */
export function intParameter(request: HttpRequest, name: string, otherwise: number): number {
  const value = optionalText(request, name);
  if (value === undefined) return otherwise;
  if (!/^\s*[+-]?\d{1,15}\s*$/.test(value)) {
    throw argumentError(`Could not parse header '${name}' header as int, value was: ${value}`);
  }
  return Number(value);
}

/** As intParameter, for one that must be there. */
export function requiredInt(request: HttpRequest, name: string): number {
  mandatoryText(request, name);
  return intParameter(request, name, 0);
}

/** As requiredText, in the words that some endpoints have for a missing one. */
export function mandatoryText(request: HttpRequest, name: string): string {
  const value = optionalText(request, name);
  if (value === undefined) throw argumentError(`Query string ${name} is mandatory, but wasn't specified.`);
  return value;
}

/** `true` or `false` in any casing; empty counts as absent. Throws a ProtocolError when it is neither. */
export function boolParameter(request: HttpRequest, name: string, otherwise: boolean): boolean {
  const value = optionalText(request, name);
  return value === undefined ? otherwise : parseBool(name, value);
}

/** As boolParameter, but an empty value is refused, as the protocol does for `metadataOnly`. */
export function strictBoolParameter(request: HttpRequest, name: string, otherwise: boolean): boolean {
  const value = request.query.get(name.toLowerCase());
  return value === undefined ? otherwise : parseBool(name, value);
}

function parseBool(name: string, value: string): boolean {
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') {
    throw argumentError(`Could not parse query string '${name}' as bool val ${value}`);
  }
  return lower === 'true';
}

/** Milliseconds of a TimeSpan or of a bare number of milliseconds. Throws a ProtocolError when it is neither. */
export function timeSpanParameter(request: HttpRequest, name: string): number | undefined {
  const value = optionalText(request, name);
  if (value === undefined) return undefined;
  const ms = parseTimeSpanMs(value);
  if (ms === null)
    throw argumentError(`Could not parse query string '${name}' as TimeSpan, value was: ${value}`);
  return ms;
}
