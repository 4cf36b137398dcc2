import type { Fault } from './fault.ts';

const environment = { isAdministrative: false, losesDisks: false } as const;

/** kill -9 of one node, at times of several or of all. */
export const kill: Fault = {
  ...environment,
  inject: async (field) => {
    const count = field.random.chance(0.75) ? 1 : field.random.between(2, field.cluster.nodes.length);
    const victims = await field.take(count);
    await Promise.all(victims.map((node) => node.kill()));
    return {
      what: victims.map(field.tagOf),
      heal: async () => {
        await Promise.all(victims.map((node) => node.start()));
        field.release(victims);
      },
    };
  },
};

/** SIGSTOP of one node, at times of two: they neither answer nor close. */
export const pause: Fault = {
  ...environment,
  inject: async (field) => {
    const victims = await field.take(field.random.chance(0.75) ? 1 : 2);
    for (const { process } of victims) process.pause();
    return {
      what: victims.map(field.tagOf),
      heal: async () => {
        for (const { process } of victims) process.resume();
        field.release(victims);
      },
    };
  },
};

/** Every node stops as it is asked to, and starts again, one after the other. */
export const restart: Fault = {
  isAdministrative: true,
  losesDisks: false,
  inject: async (field) => {
    const order = field.free;
    const rolling = (async () => {
      for (const node of order) {
        // Another fault may have taken it meanwhile.
        if (!field.free.includes(node)) continue;
        field.hold([node]);
        await node.process.stop();
        await node.start();
        field.release([node]);
      }
    })();
    // Looked at when it is healed.
    rolling.catch(() => undefined);
    return { what: order.map(field.tagOf), heal: () => rolling };
  },
};

/** Leadership is handed to other nodes, a few times in a row. */
export const transfer: Fault = {
  ...environment,
  inject: async (field) => {
    const named: string[] = [];
    for (let times = field.random.between(1, 3); times > 0; times--) {
      const tag = field.tagOf(field.random.pick(field.free) ?? field.cluster.node(0));
      // It is refused for one that is not up to date; the leader goes on.
      await field
        .administer('POST', `/admin/cluster/reelect?nodeTag=${tag}`, { attempts: 1 })
        .then(() => named.push(tag))
        .catch(() => named.push(`${tag} refused`));
    }
    return { what: named, heal: async () => undefined };
  },
};

/** The disk of one node is full. */
export const disk: Fault = {
  ...environment,
  inject: async (field) => {
    if (field.disk === null || field.taken.has(field.disk.node)) return null;
    const { disk, node } = field.disk;
    if (field.tagOf(node) === '') return null;
    field.hold([node]);
    await disk.fillUpTo(64 * 1024);
    return {
      what: [field.tagOf(node)],
      heal: async () => {
        await disk.relieve();
        field.release([node]);
      },
    };
  },
};
