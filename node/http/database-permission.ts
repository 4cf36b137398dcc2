import { refusal } from '../security/authorize.ts';
import type { DatabaseAccess } from '../security/clearance.ts';
import { forbidden } from './errors/protocol-error.ts';
import type { HttpRequest } from './request.ts';

/** For routes of the server that are about databases: whether the client has that access to one. */
export function isAllowed({ peer }: HttpRequest, access: DatabaseAccess, database: string): boolean {
  return peer === null || refusal(peer.identity(), access, database) === null;
}

/** As isAllowed; throws 403. */
export function mustBeAllowed({ peer }: HttpRequest, access: DatabaseAccess, database: string): void {
  const reason = peer === null ? null : refusal(peer.identity(), access, database);
  if (reason !== null) throw forbidden(reason);
}
