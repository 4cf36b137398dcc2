import { registered } from '../../../security/registered-certificate.ts';
import { argumentError, formatError, invalidOperation, notImplemented } from '../../errors/protocol-error.ts';
import { type JsonObject, jsonObjectBody, member, textMember } from '../../parameters/json-body.ts';
import { submitFor } from '../../raft-command.ts';
import { attachment } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { grantOf, mayAdminister } from './certificate-grant.ts';

/** Makes a certificate with its key, registers it, and gives both away: the key is kept nowhere. */
const generate: ServerHandler = async (request, { node }) => {
  const body = await jsonObjectBody(request);
  const grant = grantOf(body);
  const { security } = node;
  if (security === null) {
    throw invalidOperation(
      `The client certificate '${grant.name}' can't be made, because this server has no certificate itself: set Security.Certificate.Path.`,
    );
  }
  mayAdminister(request, grant.clearance);
  if (member(body, 'TwoFactorAuthenticationKey') != null) throw notImplemented('Two-factor authentication');
  const notAfter = notAfterOf(body);
  const { certificate, zip } = await security.issueClientCertificate({
    name: grant.name,
    password: textMember(body, 'Password') ?? null,
    ...(notAfter === undefined ? {} : { notAfter }),
  });
  if (node.cluster.nodeTag() === '?') await node.cluster.bootstrap();
  await submitFor(request, node, { type: 'PutCertificates', certificates: [registered(certificate, grant)] });
  return attachment(`filename*=UTF-8''${encodeURIComponent(grant.name)}.zip`, zip);
};

function notAfterOf(body: JsonObject): Date | undefined {
  const text = textMember(body, 'NotAfter');
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw formatError(`'NotAfter' must be a date, but it is '${text}'.`);
  if (date.getTime() <= Date.now()) throw argumentError(`'NotAfter' is over already: ${text}.`);
  return date;
}

export const generateCertificateRoutes = [serverRoute('POST /admin/certificates', 'Operator', generate)];
