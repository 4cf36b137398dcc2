import { describe, expect, it } from 'vitest';
import { podNodeArguments } from '../../../operator/pod/node-arguments.ts';
import { readPodEnvironment } from '../../../operator/pod/pod-environment.ts';

const environment = { CLUSTER_NAME: 'prod', POD_NAME: 'prod-2', POD_NAMESPACE: 'data' };

describe('the environment of a pod', () => {
  it('gives the node the addresses that the cluster knows it by, and files at the agreed places', () => {
    expect(podNodeArguments(readPodEnvironment({ args: [], environment }))).toEqual([
      '--config-path=/etc/ravencluster/settings/settings.json',
      '--Setup.Mode=None',
      '--License.Eula.Accepted=true',
      '--DataDir=/var/lib/ravencluster/node',
      '--ServerUrl=http://0.0.0.0:8080',
      '--ServerUrl.Tcp=tcp://0.0.0.0:38888',
      '--PublicServerUrl=http://prod-2.prod-nodes.data.svc:8080',
      '--PublicServerUrl.Tcp=tcp://prod-2.prod-nodes.data.svc:38888',
      '--Security.UnsecuredAccessAllowed=PublicNetwork',
    ]);
  });

  it('serves HTTPS with the certificates of --tls, and listens on IPv6 where the pod has such an address', () => {
    const args = ['--tls', '/tls', '--data', '/data', '--settings', '/s.json'];
    const pod = readPodEnvironment({ args, environment: { ...environment, POD_IP: 'fd00::12' } });
    expect(podNodeArguments(pod)).toEqual([
      '--config-path=/s.json',
      '--Setup.Mode=None',
      '--License.Eula.Accepted=true',
      '--DataDir=/data/node',
      '--ServerUrl=https://[::]:8080',
      '--ServerUrl.Tcp=tcp://[::]:38888',
      '--PublicServerUrl=https://prod-2.prod-nodes.data.svc:8080',
      '--PublicServerUrl.Tcp=tcp://prod-2.prod-nodes.data.svc:38888',
      '--Security.Certificate.Path=/tls/tls.crt',
      '--Security.Certificate.Key.Path=/tls/tls.key',
      '--Security.Certificate.TrustedCAs.Path=/tls/ca.crt',
    ]);
  });

  it.each([
    ['without its name', { POD_NAME: '' }, [], /POD_NAME is not set/],
    ['as a pod of another cluster', { POD_NAME: 'test-2' }, [], /called prod-<ordinal>/],
    ['as no pod of a StatefulSet', { POD_NAME: 'prod-x7f' }, [], /called prod-<ordinal>/],
    ['with an argument that it does not know', {}, ['--dtaa', '/x'], /'--dtaa'/],
  ])('is refused %s, with a sentence that says why', (_, change, args, message) => {
    expect(() => readPodEnvironment({ args, environment: { ...environment, ...change } })).toThrow(message);
  });
});
