import { type Duplex, duplexPair, Writable } from 'node:stream';
import { type KubeConfig, PortForward } from '@kubernetes/client-node';
import { HTTP_PORT } from '../../resources/names.ts';

/** Opens a stream of bytes to somewhere. Resolves when they can go; the stream ends with an error that says why. */
export type StreamOpener = () => Promise<Duplex>;

/** To the HTTP port of a pod, through the API server, as `kubectl port-forward` does it, but without a port here. */
export function podStream(
  config: KubeConfig,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
): StreamOpener {
  const forward = new PortForward(config);
  return async () => {
    const [near, far] = duplexPair();
    // Whoever uses the near end hears of its end there.
    for (const end of [near, far]) end.on('error', () => undefined);
    const complaints = new Writable({
      write: (chunk, _encoding, done) => {
        const text = String(chunk).trim();
        // The stream of errors begins with the number of the port, which the library takes off.
        if (text !== '') near.destroy(new Error(text));
        done();
      },
    });
    try {
      const socket = await forward.portForward(namespace, pod, [HTTP_PORT], far, complaints, far);
      if (typeof socket === 'function')
        throw new TypeError('only a forward that is tried again is a function');
      near.once('close', () => socket.close());
      socket.onclose = () => far.end();
      return near;
    } catch (error) {
      near.destroy();
      throw new Error(`the API server does not forward its port: ${reasonOf(error)}`, { cause: error });
    }
  };
}

/** The WebSocket reports a refused upgrade as an event that holds an error, or as nothing at all. */
function reasonOf(error: unknown): string {
  const event = (error as { readonly error?: unknown; readonly message?: unknown } | undefined) ?? {};
  const message = event.error instanceof Error ? event.error.message : event.message;
  return typeof message === 'string' && message !== '' ? message : 'it does not say why';
}
