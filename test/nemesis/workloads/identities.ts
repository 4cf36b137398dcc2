import { randomUUID } from 'node:crypto';
import { type Workload, written } from './workload.ts';

/** Numbers that the cluster gives out, asked for through any node. */
export function identitiesWorkload(): Workload {
  return {
    name: 'identities',
    clients: 3,
    step: async (client) => {
      await client.perform({ f: 'generate', value: null }, async () => {
        const path = `/identity/next?name=orders&raft-request-id=${randomUUID()}`;
        const reply = await client.site.askUntilKnown(client.random, { method: 'POST', path });
        if (reply.type !== 'ok') return written(reply);
        return written(
          reply,
          (JSON.parse(reply.text) as { readonly NewIdentityValue: number }).NewIdentityValue,
        );
      });
    },
  };
}
