import { join } from 'node:path';
import { HTTP_PORT, nodeHost, nodeUrl, TCP_PORT } from '../resources/names.ts';
import { nodeFolder } from './data-volume.ts';
import type { PodEnvironment } from './pod-environment.ts';

/**
 * Command line of the node program in this pod. The command line wins over the settings file, so what stands here is
 * out of a user's reach.
 */
export function podNodeArguments(pod: PodEnvironment): readonly string[] {
  const isSecure = pod.tlsFolder !== undefined;
  const everyAddress = pod.listensOnIpv6 ? '[::]' : '0.0.0.0';
  const settings: readonly (readonly [string, string])[] = [
    ['Setup.Mode', 'None'],
    ['License.Eula.Accepted', 'true'],
    ['DataDir', nodeFolder(pod.volume)],
    ['ServerUrl', `${isSecure ? 'https' : 'http'}://${everyAddress}:${HTTP_PORT}`],
    ['ServerUrl.Tcp', `tcp://${everyAddress}:${TCP_PORT}`],
    ['PublicServerUrl', nodeUrl(pod.cluster, pod.namespace, pod.ordinal, isSecure)],
    ['PublicServerUrl.Tcp', `tcp://${nodeHost(pod.cluster, pod.namespace, pod.ordinal)}:${TCP_PORT}`],
    ...(pod.tlsFolder === undefined ? UNSECURED : certificates(pod.tlsFolder)),
  ];
  return [`--config-path=${pod.settingsFile}`, ...settings.map(([key, value]) => `--${key}=${value}`)];
}

/** A pod listens on all of its addresses, which counts as public; who turned TLS off for the cluster has been warned. */
const UNSECURED: readonly (readonly [string, string])[] = [
  ['Security.UnsecuredAccessAllowed', 'PublicNetwork'],
];

/** File names of Secrets of the type `kubernetes.io/tls`, and what cert-manager adds to them. */
function certificates(folder: string): readonly (readonly [string, string])[] {
  return [
    ['Security.Certificate.Path', join(folder, 'tls.crt')],
    ['Security.Certificate.Key.Path', join(folder, 'tls.key')],
    ['Security.Certificate.TrustedCAs.Path', join(folder, 'ca.crt')],
  ];
}
