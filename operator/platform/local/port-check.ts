import { createServer } from 'node:net';

/** A port that another program listens on. */
export class PortTakenError extends Error {
  override readonly name: string = 'PortTakenError';
  readonly port: number;

  constructor(host: string, port: number, purpose: string, field: string) {
    super(
      `Port ${port} on ${host}, for ${purpose}, is taken by another program: stop that, or set ${field} to other ports`,
    );
    this.port = port;
  }
}

/** @throws PortTakenError when somebody listens there; whatever `listen` says when the address can't be used at all */
export async function requireFreePort(
  host: string,
  port: number,
  purpose: string,
  field: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') reject(new PortTakenError(host, port, purpose, field));
      else reject(new Error(`${purpose} can't listen on ${host}:${port}: ${error.message}; see ${field}`));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}
