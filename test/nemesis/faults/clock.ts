import { setTimeout as delay } from 'node:timers/promises';
import type { RavenNode } from '../../processes/harness/raven-node.ts';
import type { SeededRandom } from '../../simulation/kernel/seeded-random.ts';
import type { Fault } from './fault.ts';

/** How far a clock is set, at least and at most, in milliseconds; each order of magnitude in between as often. */
const OFFSET_MIN_MS = 30;
const OFFSET_MAX_MS = 8 * 3_600_000;

/** Length of one state of a clock that goes to and fro, at least and at most, in milliseconds. */
const STROBE_MIN_MS = 5;
const STROBE_MAX_MS = 400;

const SHAPES = ['jump', 'scatter', 'strobe'] as const;

/**
 * Wall clocks are set, ahead or back: of one node, of each node in another way, or of one node to and fro. Monotonic time
 * goes on. When it is healed they go back, or ahead, to the machine's.
 */
export const clock: Fault = {
  isAdministrative: false,
  losesDisks: false,
  inject: async (field) => {
    const { random } = field;
    const nodes = field.cluster.nodes.filter((node) => field.tagOf(node) !== '' && node.clock !== undefined);
    const shape = random.pick(SHAPES) ?? 'jump';
    const [victim] = await field.take(1);
    if (victim?.clock === undefined) {
      if (victim !== undefined) field.release([victim]);
      return null;
    }
    // Nobody is taken: whose clock is wrong may be killed or cut off as well.
    field.release([victim]);
    const struck = shape === 'scatter' ? nodes : [victim];
    const offsets = struck.map((node) => [node, offsetMs(random)] as const);
    const periodMs = random.between(STROBE_MIN_MS, STROBE_MAX_MS);
    set(offsets);
    let isOver = false;
    const strobing = (async () => {
      for (let isSet = true; shape === 'strobe' && !isOver; isSet = !isSet) {
        await delay(periodMs);
        if (isSet) reset(struck);
        else set(offsets);
      }
    })();
    return {
      what: {
        shape,
        offsetsMs: Object.fromEntries(offsets.map(([node, offset]) => [field.tagOf(node), offset])),
        ...(shape === 'strobe' ? { periodMs } : {}),
      },
      heal: async () => {
        isOver = true;
        await strobing;
        reset(struck);
      },
    };
  },
};

function set(offsets: readonly (readonly [RavenNode, number])[]): void {
  for (const [node, offset] of offsets) node.clock?.set(offset);
}

function reset(nodes: readonly RavenNode[]): void {
  for (const node of nodes) node.clock?.set(0);
}

function offsetMs(random: SeededRandom): number {
  const size = OFFSET_MIN_MS * (OFFSET_MAX_MS / OFFSET_MIN_MS) ** random.next();
  return Math.round(size) * (random.chance(0.5) ? 1 : -1);
}
