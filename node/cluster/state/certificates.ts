import type { StoredCertificate } from '../../security/certificate-definition.ts';
import type { DeleteCertificates, EditCertificate, PutCertificates } from '../certificate-commands.ts';
import { ClusterOperationError } from '../cluster-error.ts';
import type { ApplyContext } from './apply-context.ts';
import { certificateKey } from './state-keys.ts';

export function putCertificates(context: ApplyContext, { certificates }: PutCertificates): null {
  for (const certificate of certificates) {
    context.state.put(certificateKey(certificate.definition.Thumbprint), certificate);
  }
  return null;
}

export function editCertificate(context: ApplyContext, command: EditCertificate): null {
  const key = certificateKey(command.thumbprint);
  const known = context.state.get(key) as StoredCertificate | undefined;
  if (known === undefined) {
    throw new ClusterOperationError(
      `The certificate with the thumbprint '${command.thumbprint}' can't be edited: it doesn't exist in the cluster.`,
    );
  }
  const edited: StoredCertificate = {
    ...known,
    definition: {
      ...known.definition,
      Name: command.name,
      SecurityClearance: command.clearance,
      Permissions: command.permissions,
    },
  };
  context.state.put(key, edited);
  return null;
}

export function deleteCertificates(context: ApplyContext, { thumbprints }: DeleteCertificates): null {
  for (const thumbprint of thumbprints) context.state.delete(certificateKey(thumbprint));
  return null;
}
