import { KubeClient } from '../platform/kubernetes/api/kube-client.ts';
import { loadKubeConfig } from '../platform/kubernetes/api/kubeconfig-credentials.ts';
import { podStream, type StreamOpener } from './node-access/pod-stream.ts';

/** What every command can be told, with kubectl's own names. */
export interface SessionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** One run of the plugin: whom it speaks to, as whom, about which namespace, and where its words go. */
export interface Session {
  readonly client: KubeClient;
  readonly namespace: string;
  /** How bytes get to the HTTP port of a pod. */
  readonly streamTo: (namespace: string, pod: string) => StreamOpener;
  readonly print: (text: string) => void;
}

export type SessionOpener = (options: SessionOptions) => Session;

/** As kubectl would: the kubeconfig's current context, and that context's namespace. */
export function sessionOf(print: (text: string) => void): SessionOpener {
  return (options) => {
    const config = loadKubeConfig(options);
    const context = config.getContextObject(config.getCurrentContext());
    return {
      client: new KubeClient({ config, userAgent: 'kubectl-raven' }),
      namespace: options.namespace ?? context?.namespace ?? 'default',
      streamTo: (namespace, pod) => podStream(config, { namespace, pod }),
      print,
    };
  };
}
