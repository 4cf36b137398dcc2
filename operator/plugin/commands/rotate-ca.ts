import { CA_OVERLAP_ANNOTATION, ROTATE_CA_ANNOTATION } from '../../api/annotations.ts';
import { parseDurationMs } from '../../api/duration.ts';
import { annotate } from '../edit-cluster.ts';
import { findCluster } from '../find-cluster.ts';
import { PluginError } from '../plugin-error.ts';
import type { Session } from '../session.ts';

/** `kubectl raven rotate-ca`: the operator replaces its certificate authority, without a gap. */
export async function rotateAuthority(
  session: Session,
  name: string,
  { overlap }: { readonly overlap?: string },
): Promise<void> {
  if (overlap !== undefined && parseDurationMs(overlap) === undefined) {
    throw new PluginError(`--overlap ${overlap} is no duration: write it as 10m, 24h or 7d`);
  }
  const cluster = await findCluster(session, name);
  const { mode } = cluster.spec.tls;
  if (mode === 'Disabled')
    throw new PluginError(`${name} does without TLS: there is no authority to replace`);
  if (mode !== 'Operator') {
    throw new PluginError(
      `The certificates of ${name} come from ${mode === 'Secret' ? `Secret ${cluster.spec.tls.secretName}` : 'cert-manager'}: replace the authority there, and the operator brings in the new one beside the old one`,
    );
  }
  await annotate(session, cluster, {
    [ROTATE_CA_ANNOTATION]: new Date().toISOString(),
    ...(overlap === undefined ? {} : { [CA_OVERLAP_ANNOTATION]: overlap }),
  });
  session.print(
    `A new authority comes in: first every node trusts it, then certificates are made under it, and ${overlap ?? cluster.metadata.annotations?.[CA_OVERLAP_ANNOTATION] ?? '24h'} later the old one goes. Follow it by the condition CertificatesReady: kubectl raven status ${name}`,
  );
}
