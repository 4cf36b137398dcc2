import { X509Certificate } from 'node:crypto';
import { registered } from '../../../security/registered-certificate.ts';
import { invalidOperation } from '../../errors/protocol-error.ts';
import { attachment, empty, json, NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';
import { timestamp } from '../../timestamp.ts';
import { shownCertificate } from './registered-certificates.ts';

/** What the certificate of this request is to the cluster; 204 over plain HTTP, where nobody has one. */
const whoAmI: ServerHandler = (request) => {
  const { peer } = request;
  if (peer === null || peer.certificate === null) return NO_CONTENT;
  const { definition, clearance } = peer.identity();
  if (definition !== null) return json(200, shownCertificate(definition, false));
  // Known by something else than its registration: shown as if it were registered by that.
  const certificate = new X509Certificate(Buffer.from(peer.certificate.base64, 'base64'));
  const name = peer.certificate.commonName ?? peer.certificate.subject;
  const stored = registered(certificate, { name, clearance, permissions: {} });
  return json(200, shownCertificate(stored.definition, false));
};

/** Ours: how an operator learns that this node has loaded a new certificate, or a new bundle of authorities. */
const state: ServerHandler = (_request, { node }) => {
  const { security } = node;
  if (security === null) return json(200, { Server: null, TrustedCAs: [] });
  const { thumbprint, notAfter } = security.server.facts;
  return json(200, {
    Server: { Thumbprint: thumbprint, NotAfter: timestamp(notAfter) },
    TrustedCAs: security.trust.fingerprints,
  });
};

/** The server certificate alone, without its key; what other servers need to trust this one. */
const exported: ServerHandler = (_request, { node }) => {
  if (node.security === null) return empty(200);
  return attachment('filename=server.crt', Buffer.from(node.security.server.certificate.toString()));
};

const clusterDomains: ServerHandler = (_request, { node }) => {
  const urls = Object.values(node.cluster.topology().allNodes);
  const hosts = (urls.length === 0 ? [node.publicUrl()] : urls).map((url) => new URL(url).hostname);
  return json(200, { ClusterDomains: [...new Set(hosts)] });
};

/** The certificate is a file of each node, and whoever owns the files replaces it. */
const replace: ServerHandler = () => {
  throw invalidOperation(
    'Server certificates are not replaced over HTTP here: write the new certificate into the file of Security.Certificate.Path on each node, which reads it again by itself.',
  );
};

export const serverCertificateRoutes = [
  serverRoute('GET /certificates/whoami', 'ValidUser', whoAmI),
  serverRoute('GET /admin/certificates/state', 'Operator', state),
  serverRoute('GET /admin/certificates/export', 'Operator', exported),
  serverRoute('GET /admin/certificates/cluster-domains', 'Operator', clusterDomains),
  serverRoute('POST /admin/certificates/replace-cluster-cert', 'ClusterAdmin', replace),
];
