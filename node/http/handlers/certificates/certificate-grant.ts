import { refusal } from '../../../security/authorize.ts';
import {
  DATABASE_ACCESSES,
  type DatabaseAccess,
  SECURITY_CLEARANCES,
  type SecurityClearance,
} from '../../../security/clearance.ts';
import type { CertificateGrant } from '../../../security/registered-certificate.ts';
import { argumentError, forbidden, formatError } from '../../errors/protocol-error.ts';
import { isJsonObject, type JsonObject, member, textMember } from '../../parameters/json-body.ts';
import type { HttpRequest } from '../../request.ts';

/** Longest name of a certificate, in characters; names are shown, and become file names. */
const NAME_LENGTH_MAX = 256;

/** `Name`, `SecurityClearance` and `Permissions` of a body. Throws the protocol's errors. */
export function grantOf(body: JsonObject): CertificateGrant {
  const name = textMember(body, 'Name') ?? '';
  if (name.trim() === '') throw argumentError("A certificate needs a 'Name' by which people tell it apart.");
  if (name.length > NAME_LENGTH_MAX) {
    throw argumentError(`The 'Name' of a certificate may have ${NAME_LENGTH_MAX} characters.`);
  }
  return { name, clearance: clearanceOf(body), permissions: permissionsOf(body) };
}

function clearanceOf(body: JsonObject): SecurityClearance {
  const given = textMember(body, 'SecurityClearance');
  const clearance = SECURITY_CLEARANCES.find((known) => known === given);
  if (clearance === undefined || clearance === 'UnauthenticatedClients') {
    throw formatError(
      `'SecurityClearance' must be ClusterAdmin, ClusterNode, Operator or ValidUser, but it is ${JSON.stringify(given ?? null)}.`,
    );
  }
  return clearance;
}

function permissionsOf(body: JsonObject): Readonly<Record<string, DatabaseAccess>> {
  const given = member(body, 'Permissions') ?? {};
  if (!isJsonObject(given)) throw formatError("'Permissions' must be an object: database name to access.");
  return Object.fromEntries(
    Object.entries(given).map(([database, access]) => {
      const known = DATABASE_ACCESSES.find((candidate) => candidate === access);
      if (known === undefined) {
        throw formatError(
          `The access to '${database}' must be Admin, ReadWrite or Read, but it is ${JSON.stringify(access)}.`,
        );
      }
      return [database, known];
    }),
  );
}

/** What a cluster administrator has, nobody else can give or take. Throws 403. */
export function mayAdminister(request: HttpRequest, clearance: SecurityClearance | undefined): void {
  if (request.peer === null || (clearance !== 'ClusterAdmin' && clearance !== 'ClusterNode')) return;
  const reason = refusal(request.peer.identity(), 'ClusterAdmin', null);
  if (reason !== null) throw forbidden(`${reason} Certificates of the clearance ${clearance} are beyond it.`);
}

/** Nobody shuts itself out, or raises itself. Throws 403. */
export function mustNotBeOwn(request: HttpRequest, thumbprint: string, doing: string): void {
  if (request.peer?.certificate?.thumbprint !== thumbprint.toUpperCase()) return;
  throw forbidden(`The certificate that this request came with can't ${doing} itself: use another one.`);
}
