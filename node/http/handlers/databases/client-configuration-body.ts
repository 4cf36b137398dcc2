import { argumentError, formatError, invalidOperation } from '../../errors/protocol-error.ts';
import { type JsonObject, member } from '../../parameters/json-body.ts';
import { INT_MAX } from '../../parameters/parameters.ts';

/** What a member may hold, as it is stored. Throws a ProtocolError for anything else. */
type Check = (name: string, value: unknown) => unknown;

const MEMBERS: Readonly<Record<string, Check>> = {
  Disabled: (name, value) => {
    if (typeof value !== 'boolean') throw wrongKind(name, 'true or false', value);
    return value;
  },
  MaxNumberOfRequestsPerSession: (name, value) => {
    const count = int(name, value);
    if (count < 1)
      throw argumentError(`'${name}' must be at least 1, or every session would fail; it is ${count}.`);
    return count;
  },
  ReadBalanceBehavior: oneOf('None', 'RoundRobin', 'FastestNode'),
  LoadBalanceBehavior: oneOf('None', 'UseSessionContext'),
  LoadBalancerContextSeed: int,
  IdentityPartsSeparator: (name, value) => {
    if (typeof value !== 'string' || [...value].length !== 1)
      throw wrongKind(name, 'a single character', value);
    // It ends the names of identities.
    if (value === '|') throw invalidOperation("Cannot set identity parts separator to '|'.");
    return value;
  },
};

/** The members that clients know, those that are set; the etag is given by the cluster. Throws a ProtocolError. */
export function clientConfigurationOf(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(MEMBERS).flatMap(([name, check]) => {
      const value = member(body, name);
      return value === undefined || value === null ? [] : [[name, check(name, value)]];
    }),
  );
}

function int(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= INT_MAX) return value;
  throw wrongKind(name, `a whole number of at most ${INT_MAX}`, value);
}

/** Names compare without case, and are stored as clients spell them. */
function oneOf(...names: readonly string[]): Check {
  return (name, value) => {
    const found = names.find((known) => known.toLowerCase() === String(value).toLowerCase());
    if (found === undefined) throw wrongKind(name, names.join(', '), value);
    return found;
  };
}

function wrongKind(name: string, wanted: string, value: unknown) {
  return formatError(`'${name}' must be ${wanted}, but it is ${JSON.stringify(value)}.`);
}
