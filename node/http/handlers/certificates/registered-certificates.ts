import type { CertificateDefinition } from '../../../security/certificate-definition.ts';
import { parseUploadedCertificate, registered } from '../../../security/registered-certificate.ts';
import { argumentError, invalidOperation } from '../../errors/protocol-error.ts';
import type { NodeServices } from '../../node-services.ts';
import { type JsonObject, jsonObjectBody, textMember } from '../../parameters/json-body.ts';
import {
  boolParameter,
  INT_MAX,
  intParameter,
  optionalText,
  requiredText,
} from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import { CREATED_EMPTY, json, NO_CONTENT, NOT_FOUND } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { grantOf, mayAdminister, mustNotBeOwn } from './certificate-grant.ts';

/** In the protocol's order; collections of certificates are not made here, so that every one stands alone. */
export function shownCertificate(definition: CertificateDefinition, metadataOnly: boolean) {
  return {
    Name: definition.Name,
    SecurityClearance: definition.SecurityClearance,
    Thumbprint: definition.Thumbprint,
    NotBefore: definition.NotBefore,
    NotAfter: definition.NotAfter,
    Permissions: definition.Permissions,
    CollectionPrimaryKey: '',
    CollectionSecondaryKeys: [],
    PublicKeyPinningHash: definition.PublicKeyPinningHash,
    HasTwoFactor: false,
    ...(metadataOnly ? {} : { Certificate: definition.Certificate }),
  };
}

const list: ServerHandler = (request, { node }) => {
  const thumbprint = optionalText(request, 'thumbprint');
  const name = optionalText(request, 'name');
  const metadataOnly = boolParameter(request, 'metadataOnly', false);
  const start = Math.max(0, intParameter(request, 'start', 0));
  const pageSize = Math.max(0, intParameter(request, 'pageSize', INT_MAX));
  const definitions = node.cluster.certificates.all().map(({ definition }) => definition);
  const found = definitions.filter(
    (definition) =>
      (thumbprint === undefined || definition.Thumbprint === thumbprint.toUpperCase()) &&
      (name === undefined || definition.Name === name),
  );
  if (thumbprint !== undefined && found.length === 0) return NOT_FOUND;
  const { security } = node;
  const admins = security?.wellKnownAdmins ?? [];
  return json(200, {
    Results: found
      .slice(start, start + pageSize)
      .map((definition) => shownCertificate(definition, metadataOnly)),
    LoadedServerCert: security?.server.facts.thumbprint ?? null,
    WellKnownAdminCerts: admins.length === 0 ? null : admins,
    WellKnownIssuers: security?.wellKnownIssuers ?? [],
  });
};

const put: ServerHandler = async (request, { node }) => {
  const body = await jsonObjectBody(request);
  const grant = grantOf(body);
  mayAdminister(request, grant.clearance);
  const stored = registered(await uploaded(body), grant);
  const { Thumbprint } = stored.definition;
  mustNotBeServers(node, Thumbprint, 'registered: it is trusted already');
  mustNotBeOwn(request, Thumbprint, 'register');
  mayAdminister(request, clearanceOfKnown(node, Thumbprint));
  if (node.cluster.nodeTag() === '?') await node.cluster.bootstrap();
  await submitFor(request, node, { type: 'PutCertificates', certificates: [stored] });
  return CREATED_EMPTY;
};

function uploaded(body: JsonObject) {
  const base64 = textMember(body, 'Certificate') ?? '';
  if (base64 === '') throw argumentError("The body must have the 'Certificate', in base64.");
  return parseUploadedCertificate(Buffer.from(base64, 'base64'), textMember(body, 'Password') ?? '');
}

const edit: ServerHandler = async (request, { node }) => {
  const body = await jsonObjectBody(request);
  const thumbprint = textMember(body, 'Thumbprint') ?? '';
  const grant = grantOf(body);
  mustNotBeOwn(request, thumbprint, 'edit');
  mayAdminister(request, grant.clearance);
  mayAdminister(request, clearanceOfKnown(node, thumbprint));
  await submitFor(request, node, { type: 'EditCertificate', thumbprint, ...grant });
  return NO_CONTENT;
};

/** Also 204 for one that nobody knows. */
const remove: ServerHandler = async (request, { node }) => {
  const thumbprint = requiredText(request, 'thumbprint');
  mustNotBeServers(node, thumbprint, 'deleted: it is the one that this server shows');
  mustNotBeOwn(request, thumbprint, 'delete');
  mayAdminister(request, clearanceOfKnown(node, thumbprint));
  if (node.cluster.certificates.find(thumbprint) === undefined) return NO_CONTENT;
  await submitFor(request, node, { type: 'DeleteCertificates', thumbprints: [thumbprint] });
  return NO_CONTENT;
};

function clearanceOfKnown(node: NodeServices, thumbprint: string) {
  return node.cluster.certificates.find(thumbprint)?.definition.SecurityClearance;
}

function mustNotBeServers(node: NodeServices, thumbprint: string, why: string): void {
  if (node.security?.server.facts.thumbprint !== thumbprint.toUpperCase()) return;
  throw invalidOperation(`The server certificate can't be ${why}.`);
}

export const registeredCertificateRoutes = [
  serverRoute('GET /admin/certificates', 'Operator', list),
  serverRoute('PUT /admin/certificates', 'Operator', put),
  serverRoute('POST /admin/certificates/edit', 'Operator', edit),
  serverRoute('DELETE /admin/certificates', 'Operator', remove),
];
